import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isPromise } from "node:util/types";
import * as pulumi from "@pulumi/pulumi";
import { invalidTrigger, normalizeTriggers, type Resolve } from "../lifecycle/triggers";

/**
 * Turns triggers into JSON, leaf by leaf and before Pulumi gets them: Pulumi would turn a Date into `{}`, and would
 * record the location of an asset. Outputs and promises stay in place, so that the rest stays known and not secret.
 * The trace of an error begins at the caller's line.
 */
export function normalizedTriggers(triggers: unknown): unknown {
    try {
        // Before any promise is made: nobody would await it if a later trigger is refused.
        normalizeTriggers(triggers, (value) => (isLater(value) ? null : undefined));
        return normalizeTriggers(triggers, resolve);
    } catch (error) {
        if (error instanceof Error) {
            Error.captureStackTrace(error, normalizedTriggers);
        }
        throw error;
    }
}

/**
 * The same promise, as an input whose rejection Pulumi reports when it registers the resource. Node.js would end the program
 * for it if the constructor throws instead, because then nobody awaits the input.
 */
export function awaitedByPulumi<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {});
    return promise;
}

function isLater(value: object): boolean {
    return pulumi.Output.isInstance(value) || isPromise(value) || isLocalAsset(value);
}

const resolve: Resolve = (value, path, normalize) => {
    if (pulumi.Output.isInstance(value)) {
        return value.apply(normalize);
    }
    if (isPromise(value)) {
        return awaitedByPulumi(value.then(normalize));
    }
    return isLocalAsset(value) ? awaitedByPulumi(contentHash(value, path)) : undefined;
};

type LocalAsset = pulumi.asset.StringAsset | pulumi.asset.FileAsset;

function isLocalAsset(value: object): value is LocalAsset {
    return pulumi.asset.Asset.isInstance(value) && ("text" in value || "path" in value);
}

/** The SHA-256 of an asset's content in hex, wherever the file is. */
async function contentHash(asset: LocalAsset, path: string): Promise<string> {
    // Taken before the first `await`, while the program's line is on the stack.
    const place: { stack?: string } = {};
    Error.captureStackTrace(place, normalizedTriggers);
    const content = "text" in asset ? await asset.text : contentOf(await asset.path, path, place);
    return createHash("sha256").update(content).digest("hex");
}

function contentOf(file: string, path: string, place: { readonly stack?: string }): Buffer {
    try {
        return readFileSync(file);
    } catch (error) {
        const { code = "no reason given" } = error as NodeJS.ErrnoException;
        const failure = invalidTrigger(
            path,
            `is a FileAsset of ${JSON.stringify(file)}, which cannot be read: ${code}`,
        );
        failure.stack = [String(failure), ...(place.stack?.split("\n").slice(1) ?? [])].join("\n");
        throw failure;
    }
}
