import { isRecord } from "../json";

/** A value that is not known during a preview arrives as this string. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What moving an argument from one value to another takes. */
export type OnChange =
    /** Another resource. */
    | "replace"
    /** A new request; taking the argument away asks for nothing. */
    | "request"
    /** Nothing is sent; the value is recorded. */
    | "record";

/** The type of an argument, as a schema of Pulumi's has it; a number is a whole one. */
export type SchemaType = "string" | "integer" | "boolean" | "list";

/** The one that values of a type have. */
type SchemaTypeOf<T> = [T] extends [string | undefined]
    ? "string"
    : [T] extends [number | undefined]
      ? "integer"
      : [T] extends [boolean | undefined]
        ? "boolean"
        : [T] extends [readonly unknown[] | undefined]
          ? "list"
          : never;

/** One argument of a resource: all that is known of it, apart from its documentation. */
export interface ArgumentRule<T> {
    readonly type: SchemaType;
    readonly onChange: OnChange;
    /** What it is when it is left out; a function where that depends on the other arguments. */
    readonly byDefault: T | ((given: Readonly<Record<string, unknown>>) => T);
    /** What is wrong with a value, and what is allowed; never the value, which may be a secret of the program. */
    readonly check: (value: unknown) => string | undefined;
}

/** The arguments of a resource, by name. */
export type ArgumentTable = Readonly<Record<string, ArgumentRule<unknown>>>;

/** The values of a table's arguments, each as given or by default. */
export type ValuesOf<Table extends ArgumentTable> = {
    readonly [Name in keyof Table]: Table[Name] extends ArgumentRule<infer T> ? T : never;
};

/** A rule whose type is that of its values. */
export function rule<T>(ruled: ArgumentRule<T> & { readonly type: SchemaTypeOf<T> }): ArgumentRule<T> {
    return ruled;
}

/** An argument that is true or false, and sends nothing when it changes. */
export function flag(byDefault: boolean): ArgumentRule<boolean> {
    return rule<boolean>({
        type: "boolean",
        onChange: "record",
        byDefault,
        check: (value) => (typeof value === "boolean" ? undefined : `${typeName(value)} is neither true nor false`),
    });
}

/** An argument that fails or skips, and sends nothing when it changes. */
export function failOrSkip(
    byDefault: ArgumentRule<"fail" | "skip">["byDefault"] = "fail",
): ArgumentRule<"fail" | "skip"> {
    return rule<"fail" | "skip">({
        type: "string",
        onChange: "record",
        byDefault,
        check: (value) =>
            value === "fail" || value === "skip" ? undefined : `${typeName(value)} is neither "fail" nor "skip"`,
    });
}

/** The value of an argument in properties, as given or by default. */
export function argumentValue<T>(
    { byDefault }: ArgumentRule<T>,
    name: string,
    properties: Readonly<Record<string, unknown>>,
): T {
    const given = properties[name] as T | undefined | null;
    return given ?? (typeof byDefault === "function" ? (byDefault as (given: unknown) => T)(properties) : byDefault);
}

/** What kind of value it is: a value itself may be a secret, and is never shown. */
export function typeName(value: unknown): string {
    if (Array.isArray(value)) {
        return "a list";
    }
    if (typeof value === "string") {
        return value === "" ? "an empty text" : "this text";
    }
    return isRecord(value) ? "an object" : `this ${typeof value}`;
}
