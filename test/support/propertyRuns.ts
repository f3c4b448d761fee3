/**
 * How often a property is tried, and from which seed. `npm run mutation` asks every change of the provider the same, few
 * questions: with other values for each, what is noticed once would be missed the next time.
 */
export function runsOf(usual: number): { readonly numRuns: number; readonly seed?: number } {
    const { PROPERTY_RUNS: most, PROPERTY_SEED: seed } = process.env;
    return {
        numRuns: most === undefined ? usual : Math.min(usual, Number(most)),
        ...(seed === undefined ? {} : { seed: Number(seed) }),
    };
}
