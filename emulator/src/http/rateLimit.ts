import type { Clock } from "../clock";

/** Counts the requests of each account in the current second; false if there are too many. */
export function rateLimit(requestsPerSecond: number, clock: Clock): (accountId: string) => boolean {
    const counts = new Map<string, number>();
    let second = 0;
    return (accountId) => {
        const now = Math.floor(clock.now() / 1000);
        if (now !== second) {
            second = now;
            counts.clear();
        }
        const count = (counts.get(accountId) ?? 0) + 1;
        counts.set(accountId, count);
        return count <= requestsPerSecond;
    };
}
