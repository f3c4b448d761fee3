import { isDate } from "node:util/types";
import { isRecord, typeName } from "../json";

/** Pulumi sends this string in place of a value that is unknown during a preview. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The property by which Pulumi marks the secrets, assets, archives and resources that it transports. */
export const signature = "4dabf18193072939515e22adb298388d";

/** The value of the signature that marks an asset. */
export const assetMark = "c44067f5952c0a294b673a41bacd8c17";

/** A trigger is a version, not a payload: more than this is rejected, counted in canonical JSON. */
const maxBytes = 100_000;

/** Pulumi's own code overflows the stack on deeper values. */
const maxDepth = 100;

/**
 * Replaces an object that stands for another value, such as an Output, and returns `undefined` for any other object.
 * `normalize` applies the rules to the resolved value.
 */
export type Resolve = (value: object, path: string, normalize: (resolved: unknown) => unknown) => unknown;

/** The error for a value that cannot be a trigger. The path is relative to the list, such as `[0].x`. */
export function invalidTrigger(path: string, problem: string): Error {
    return new Error(path === "" ? `triggers: ${problem}` : `triggers${path} ${problem}`);
}

/**
 * Turns triggers into plain JSON, and throws for what JSON or Pulumi would lose or change. The constructor and both
 * providers share these rules.
 */
export function normalizeTriggers(triggers: unknown, resolve: Resolve = () => undefined): unknown {
    return new Normalization(resolve).normalize(triggers, "", []);
}

/** Why a provider refuses triggers. A failure of a value in the list begins with its path, such as `[0].x`. */
export function triggersFailure(triggers: unknown): string | undefined {
    try {
        normalizeTriggers(triggers);
        return undefined;
    } catch (error) {
        const [, problem] = /^triggers(?:: )?(.*)$/s.exec(error instanceof Error ? error.message : "") ?? [];
        if (problem === undefined) {
            throw error;
        }
        return problem;
    }
}

/** The warning about triggers that Pulumi may have changed before the provider got them. */
export function triggersWarning(triggers: unknown): string | undefined {
    const paths = emptyObjectsIn(triggers, "triggers");
    const [first] = paths;
    if (first === undefined) {
        return undefined;
    }
    const others = paths.length === 1 ? "" : ` (and ${paths.length - 1} more)`;
    return (
        `${first}${others} is an empty object. A Date arrives like this if Pulumi gets it before this package, and then ` +
        "changing it requests nothing: give dates as text, such as `date.toISOString()`"
    );
}

/** One pass over triggers, and what it has counted. Outputs and promises join it when they resolve. */
class Normalization {
    #bytes = 0;

    constructor(private readonly resolve: Resolve) {}

    normalize(value: unknown, path: string, ancestors: readonly object[]): unknown {
        if (value === unknownValue) {
            return value;
        }
        if (typeof value === "object" && value !== null) {
            const replacement = this.resolve(value, path, (resolved) => this.normalize(resolved, path, ancestors));
            if (replacement !== undefined) {
                return replacement;
            }
        }
        if (path === "" && value !== undefined && value !== null && !Array.isArray(value)) {
            const kind = typeof value === "string" ? "a string" : typeName(value);
            throw invalidTrigger(path, `is ${kind}; allowed is a list`);
        }
        switch (typeof value) {
            case "undefined":
                return value;
            case "boolean":
                return this.#counted(value);
            case "string":
                return this.#counted(wellFormed(value, path));
            case "number":
                if (!Number.isFinite(value)) {
                    throw invalidTrigger(path, `is ${value}, which JSON cannot hold`);
                }
                return this.#counted(value);
            case "bigint":
                throw invalidTrigger(path, "is a BigInt, which JSON cannot hold: give it as text");
            case "function":
            case "symbol":
                throw invalidTrigger(path, `is a ${typeof value}, which JSON cannot hold`);
            case "object":
                return value === null ? this.#counted(value) : this.#object(value, path, ancestors);
        }
    }

    #object(value: object, path: string, ancestors: readonly object[]): unknown {
        if (isDate(value)) {
            if (Number.isNaN(value.getTime())) {
                throw invalidTrigger(path, "is an invalid date");
            }
            return this.#counted(value.toISOString());
        }
        if (ancestors.includes(value)) {
            throw invalidTrigger(path, "contains itself, which JSON cannot hold");
        }
        if (ancestors.length >= maxDepth) {
            throw invalidTrigger(path, `is nested more than ${maxDepth} levels deep`);
        }
        const within = [...ancestors, value];
        if (Array.isArray(value)) {
            this.#count(1 + Math.max(1, value.length));
            // `Array.from` also visits the holes of a sparse list, which JSON has as null.
            return Array.from(value, (item: unknown, index) =>
                this.normalize(item === undefined ? null : item, `${path}[${index}]`, within),
            );
        }
        const problem = problemOfPulumiValue(value) ?? problemOfClass(value);
        if (problem !== undefined) {
            throw invalidTrigger(path, problem);
        }
        const entries = Object.entries(value).filter(([, item]) => item !== undefined);
        this.#count(1 + Math.max(1, entries.length));
        return Object.fromEntries(
            entries.map(([key, item]) => {
                const itemPath = path + keyPath(key);
                if (key === "" || key === "__proto__") {
                    throw invalidTrigger(itemPath, "has a key that Pulumi loses: rename it");
                }
                this.#counted(wellFormed(key, itemPath));
                this.#count(1);
                return [key, this.normalize(item, itemPath, within)];
            }),
        );
    }

    #counted<T extends null | boolean | number | string>(value: T): T {
        this.#count(Buffer.byteLength(JSON.stringify(value)));
        return value;
    }

    /** Adds to the size of the canonical JSON. */
    #count(bytes: number): void {
        this.#bytes += bytes;
        if (this.#bytes > maxBytes) {
            throw invalidTrigger("", "has more than 100 kB in all: give a version or a hash instead");
        }
    }
}

function wellFormed(text: string, path: string): string {
    if (!text.isWellFormed()) {
        throw invalidTrigger(path, "has half a character (a lone surrogate), which UTF-8 cannot hold");
    }
    return text;
}

/** Pulumi's own kinds of values: the mark of an object of the SDK, and the value behind the signature in transport. */
const pulumiKinds = [
    {
        mark: "__pulumiAsset",
        kind: assetMark,
        problem: "is an asset whose content is not known here: give a hash of the content as text",
    },
    {
        mark: "__pulumiArchive",
        kind: "0def7320c3a5731c473e5ecbe6d01bc7",
        problem: "is an archive: give a hash of its content as text",
    },
    {
        mark: "__pulumiResource",
        kind: "5cf8f73096256a8f31e491e813e4eb8e",
        problem: "is a resource: give one of its outputs",
    },
] as const;

function problemOfPulumiValue(value: object): string | undefined {
    const kind: unknown = Reflect.get(value, signature);
    const found = pulumiKinds.find((known) => known.mark in value || known.kind === kind);
    return found?.problem ?? (kind === undefined ? undefined : "is a value of Pulumi's own, which JSON cannot hold");
}

/** Plain objects of another realm, as test runners make them, have another prototype than this realm's. */
function problemOfClass(value: object): string | undefined {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null || Object.getPrototypeOf(prototype) === null) {
        return undefined;
    }
    const maker: unknown = Reflect.get(value, "constructor");
    const name = typeof maker === "function" && maker.name !== "" ? maker.name : "special object";
    return `is a ${name}, of which JSON would lose a part: give it as text`;
}

/** The part of a path that names a key, of bounded length. */
function keyPath(key: string): string {
    return /^[A-Za-z_$][\w$]{0,99}$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 100))}]`;
}

function emptyObjectsIn(value: unknown, path: string): readonly string[] {
    if (Array.isArray(value)) {
        return value.flatMap((item, index) => emptyObjectsIn(item, `${path}[${index}]`));
    }
    if (!isRecord(value)) {
        return [];
    }
    const entries = Object.entries(value);
    return entries.length === 0 ? [path] : entries.flatMap(([key, item]) => emptyObjectsIn(item, path + keyPath(key)));
}
