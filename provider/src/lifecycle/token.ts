import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../json";
import type { Operation } from "../operations/operations";

/** What makes one request of a program different from every other. */
export interface TokenSource {
    readonly operation: Operation;
    readonly urn: string;
    readonly region: string;
    readonly instanceId: string;
    /** The triggers, or the interruption that a resume ends. */
    readonly subject: readonly Json[] | string;
    /** The token of the request before this one by the same resource; absent for the first. */
    readonly previousToken?: string | undefined;
}

/**
 * Derives the idempotency token: SHA-256 in hex, 64 characters, of nothing but inputs and recorded state. A program
 * that runs again after a crash sends the same token. The derivation is a contract: see ARCHITECTURE.md.
 */
export function deriveToken(source: TokenSource): string {
    // One JSON array of fixed length: no two sources share an encoding, whatever their strings contain.
    const encoding = canonicalJson([
        "pulumi-alicloud-logstash/1",
        source.operation,
        source.urn,
        source.region,
        source.instanceId,
        source.subject,
        source.previousToken ?? null,
    ]);
    return createHash("sha256").update(encoding, "utf8").digest("hex");
}

/** The `interruption` of an interrupt: names the suspension of an instance by the token of the request that caused it. */
export function interruptionOf(instanceId: string, clientToken: string): string {
    return `${instanceId}/${clientToken}`;
}

/** The instance whose suspension an `interruption` names; undefined for any other value. */
export function instanceOf(interruption: unknown): string | undefined {
    return typeof interruption === "string"
        ? /^([A-Za-z0-9][\w-]{0,127})\/[\x20-\x7e]+$/.exec(interruption)?.[1]
        : undefined;
}
