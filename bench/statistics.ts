/** A sample in short. */
export interface Spread {
    readonly median: number;
    readonly min: number;
    readonly max: number;
    readonly count: number;
}

export function spreadOf(values: readonly number[]): Spread {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (index: number) => sorted[index] ?? Number.NaN;
    const middle = (sorted.length - 1) / 2;
    return {
        median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
        min: at(0),
        max: at(sorted.length - 1),
        count: sorted.length,
    };
}

export function sumOf(values: readonly number[]): number {
    return values.reduce((sum, value) => sum + value, 0);
}

export function medianOf(values: readonly number[]): number {
    return spreadOf(values).median;
}
