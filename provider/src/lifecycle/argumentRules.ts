// What operations.ts still imports. It goes with the `arguments` of the descriptors: the rules are in arguments.ts.

export interface ArgumentRule<T> {
    readonly of?: T;
}
export type ArgumentTable = Readonly<Record<string, ArgumentRule<unknown>>>;
type ByDefault = "fail" | "skip" | ((given: Readonly<Record<string, unknown>>) => "fail" | "skip");
export const flag = (_byDefault: boolean): ArgumentRule<boolean> => ({});
export const failOrSkip = (_byDefault?: ByDefault): ArgumentRule<"fail" | "skip"> => ({});
