import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isPromise } from "node:util/types";
import * as pulumi from "@pulumi/pulumi";
import { invalidTrigger, normalizeTriggers, type Resolve } from "../lifecycle/triggers";
import { guarded } from "./guarded";

/**
 * Turns triggers into JSON, leaf by leaf and before Pulumi gets them: Pulumi would turn a Date into `{}`, and would
 * record the location of an asset. Outputs and promises stay in place, so that the rest stays known and not secret.
 * An error has the caller's line on top of its trace.
 */
export function normalizedTriggers(triggers: unknown): unknown {
    try {
        return normalizeTriggers(triggers, resolve);
    } catch (error) {
        if (error instanceof Error) {
            Error.captureStackTrace(error, normalizedTriggers);
        }
        throw error;
    }
}

const resolve: Resolve = (value, path, normalize) => {
    if (pulumi.Output.isInstance(value)) {
        return guarded(value.apply(normalize));
    }
    if (isPromise(value)) {
        return guarded(value.then(normalize));
    }
    return pulumi.asset.Asset.isInstance(value) ? contentHash(value, path) : undefined;
};

/** The SHA-256 of an asset's content in hex, regardless of its location; `undefined` for a remote asset. */
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
    return undefined;
}

function contentOf(file: string, path: string, place: { readonly stack?: string }): Buffer {
    try {
        return readFileSync(file);
    } catch (error) {
        const { code = "no reason given" } = error as NodeJS.ErrnoException;
        const problem = `is a FileAsset of ${JSON.stringify(file)}, which cannot be read: ${code}`;
        const missing = invalidTrigger(path, problem);
        missing.stack = [String(missing), ...(place.stack?.split("\n").slice(1) ?? [])].join("\n");
        throw missing;
    }
}

function sha256(content: string | Buffer): string {
    return createHash("sha256").update(content).digest("hex");
}

/** At once if the value is there, so that an error names the program's line. */
function later<T, R>(value: T | Promise<T>, use: (value: T) => R): R | Promise<R> {
    return isPromise(value) ? guarded(value.then(use)) : use(value as T);
}
