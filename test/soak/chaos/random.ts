/** Pseudo-random numbers (mulberry32) that a seed repeats. */
export class Random {
    #state: number;

    constructor(private readonly seed: number) {
        this.#state = seed >>> 0;
    }

    /** At least 0, less than 1. */
    next(): number {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    }

    /** A whole number, both ends included. */
    integer(from: number, to: number): number {
        return from + Math.floor(this.next() * (to - from + 1));
    }

    chance(probability: number): boolean {
        return this.next() < probability;
    }

    pick<T>(list: readonly T[]): T {
        if (list.length === 0) {
            throw new Error("nothing to pick from");
        }
        return list[this.integer(0, list.length - 1)] as T;
    }

    text(length: number): string {
        const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789"];
        return Array.from({ length }, () => this.pick(letters)).join("");
    }

    /** Other numbers, the same for the same name whatever was drawn here. */
    fork(name: string): Random {
        let hash = this.seed;
        for (const letter of name) {
            hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
        }
        return new Random(hash);
    }
}
