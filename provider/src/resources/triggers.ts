import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isPromise } from "node:util/types";
import * as pulumi from "@pulumi/pulumi";
import { guarded } from "./guarded";

/**
 * Turns triggers into what JSON holds, leaf by leaf and before Pulumi sees them: it would turn a Date into `{}`, and would
 * record where an asset lies. Outputs and promises in them stay what they are, so that the rest stays known, and no secret.
 * Throws for what JSON would lose, with the caller's place on top of the trace.
 */
export function normalizedTriggers(triggers: unknown): unknown {
    try {
        return normalized(triggers, "triggers");
    } catch (error) {
        if (error instanceof Error) {
            Error.captureStackTrace(error, normalizedTriggers);
        }
        throw error;
    }
}

function normalized(value: unknown, path: string): unknown {
    if (pulumi.Output.isInstance(value)) {
        return guarded(value.apply((known) => normalized(known, path)));
    }
    if (isPromise(value)) {
        return guarded(value.then((known) => normalized(known, path)));
    }
    switch (typeof value) {
        case "string":
        case "boolean":
        case "undefined":
            return value;
        case "number":
            return Number.isFinite(value) ? value : refuse(path, `is ${value}, which JSON cannot hold`);
        case "bigint":
            return refuse(path, "is a BigInt, which JSON cannot hold: give it as text");
        case "function":
        case "symbol":
            return refuse(path, `is a ${typeof value}, which is no value`);
        case "object":
            return value === null ? null : normalizedObject(value, path);
    }
}

function normalizedObject(value: object, path: string): unknown {
    if (Array.isArray(value)) {
        return value.map((item, index) => normalized(item, `${path}[${index}]`));
    }
    if (value instanceof Date) {
        return Number.isNaN(value.getTime()) ? refuse(path, "is no valid date") : value.toISOString();
    }
    if (pulumi.asset.Asset.isInstance(value)) {
        return contentHash(value, path);
    }
    if (pulumi.asset.Archive.isInstance(value)) {
        return refuse(path, "is an archive: give a hash of its content as text");
    }
    if (pulumi.Resource.isInstance(value)) {
        return refuse(path, "is a resource: give one of its outputs");
    }
    if (!isPlain(value)) {
        return refuse(path, `is a ${nameOf(value)}, of which JSON would lose a part: give it as text`);
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normalized(item, `${path}.${name}`)]));
}

/** The SHA-256 of an asset's content in hex, wherever the file lies. */
function contentHash(asset: pulumi.asset.Asset, path: string): unknown {
    if ("text" in asset) {
        return later((asset as pulumi.asset.StringAsset).text, (text) => sha256(text));
    }
    if ("path" in asset) {
        // Pulumi keeps the path as a promise: an error that comes with it names the place where the asset was given.
        const place: { stack?: string } = {};
        Error.captureStackTrace(place, normalizedTriggers);
        return later((asset as pulumi.asset.FileAsset).path, (file) => sha256(contentOf(file, path, place)));
    }
    return refuse(path, "is a remote asset: give a hash of its content as text");
}

function contentOf(file: string, path: string, place: { readonly stack?: string }): Buffer {
    try {
        return readFileSync(file);
    } catch (error) {
        const { code = "no reason given" } = error as NodeJS.ErrnoException;
        const missing = new Error(`${path} is a FileAsset of ${JSON.stringify(file)}, which cannot be read: ${code}`);
        missing.stack = [String(missing), ...(place.stack?.split("\n").slice(1) ?? [])].join("\n");
        throw missing;
    }
}

function sha256(content: string | Buffer): string {
    return createHash("sha256").update(content).digest("hex");
}

/** At once where the value is there, so that an error names the program's line. */
function later<T, R>(value: T | Promise<T>, use: (value: T) => R): R | Promise<R> {
    return isPromise(value) ? guarded(value.then(use)) : use(value as T);
}

/** Also objects of another realm, as test runners make them. */
function isPlain(value: object): boolean {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: object): string {
    const made: unknown = Reflect.get(value, "constructor");
    return typeof made === "function" && made.name !== "" ? made.name : "special object";
}

function refuse(path: string, problem: string): never {
    throw new Error(`${path} ${problem}`);
}
