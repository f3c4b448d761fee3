import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import * as popCore from "@alicloud/pop-core";
import type { Access } from "./access";

const { ROAClient } = popCore as unknown as {
    ROAClient: new (config: object) => { request(...call: [string, string, object, string, object]): Promise<unknown> };
};

/** What the checks of one run share. */
export interface VisitOptions {
    readonly instanceId: string;
    readonly access: Access;
    /** An identity of the same account that may not interrupt. */
    readonly denied?: Access | undefined;
    /** False refuses everything but `DescribeLogstash`. */
    readonly disruptive: boolean;
    /** Unique per run: part of the client tokens. */
    readonly id: string;
    /** The age of a client token that is sent once more. */
    readonly tokenAgeMs: number;
    readonly sleep: (ms: number) => Promise<void>;
}

/** What one call has that the provider's calls do not. */
interface Variation {
    readonly credentials?: { readonly accessKeyId?: string; readonly accessKeySecret?: string };
    readonly headers?: Readonly<Record<string, string>>;
}

/** A response; `code` is `accepted`, the code of an error, or the `Result` that is not `true`. */
export interface Response {
    readonly code: string;
    readonly body: Readonly<Record<string, unknown>>;
}

const attempts = 4;
const pauseMs = 5_000;
const longestWaitMs = 600_000;

/** One instance and what this run has sent to it. No other instance is ever named. */
export class Visit {
    /** As the last poll saw it. */
    status: string | undefined;
    /** Whether an interrupt of this run may have been applied. */
    interrupted = false;
    interruptId: unknown;
    /** The client token of the resume that was accepted. */
    resumedBy: string | undefined;
    rejectedEarly = false;

    constructor(readonly options: VisitOptions) {}

    async describe(variation?: Variation): Promise<Response> {
        const response = await this.#call("GET", "DescribeLogstash", "", {}, this.options.access, variation);
        if (variation === undefined) {
            this.status = (response.body.Result as { readonly status?: string } | undefined)?.status;
        }
        return response;
    }

    async interrupt(token: string, access = this.options.access): Promise<Response> {
        const before = this.status;
        const response = await this.#change("Interrupt", token, access);
        this.interruptId ??= response.body.RequestId;
        this.interrupted ||= this.status !== before || mayBeApplied(response);
        return response;
    }

    async resume(token: string): Promise<Response> {
        const response = await this.#change("Resume", token, this.options.access);
        this.resumedBy ??= mayBeApplied(response) ? token : undefined;
        this.rejectedEarly ||= this.resumedBy === undefined && token === "early";
        return response;
    }

    /** Sends the token of the resume once more, unless that could resume what somebody has suspended since. */
    async resumeAgain(): Promise<Response | undefined> {
        if (this.options.tokenAgeMs > 0) {
            await this.options.sleep(this.options.tokenAgeMs);
            await this.describe();
        }
        const isSafe = this.status === "activating" || this.status === "active";
        return isSafe && this.resumedBy !== undefined ? this.resume(this.resumedBy) : undefined;
    }

    /** Polls until the instance has left `activating`, for ten minutes at most. */
    async settle(): Promise<void> {
        for (let waitedMs = 0; this.status === "activating" && waitedMs < longestWaitMs; waitedMs += pauseMs) {
            await this.options.sleep(pauseMs);
            await this.describe();
        }
    }

    async #change(operation: "Interrupt" | "Resume", token: string, access: Access): Promise<Response> {
        if (!this.options.disruptive) {
            throw new Error("this run is read-only");
        }
        const path = `/actions/${operation.toLowerCase()}`;
        const clientToken = `contract-${this.options.id}-${token}`;
        const response = await this.#call("POST", `${operation}LogstashTask`, path, { clientToken }, access);
        await this.describe();
        return response;
    }

    /** Retries what got no response of the service, or was throttled. */
    async #call(
        method: string,
        operation: string,
        path: string,
        query: object,
        { url, region, ...access }: Access,
        variation: Variation = {},
    ): Promise<Response> {
        const Agent = url.startsWith("https:") ? HttpsAgent : HttpAgent;
        const opts = { timeout: 15_000, agent: new Agent({ proxyEnv: process.env }) };
        const credentials = { ...(await access.credentials()), ...variation.credentials };
        const client = new ROAClient({ endpoint: url, apiVersion: "2017-06-13", ...credentials, opts });
        const named = { "x-acs-action": operation, "x-acs-region-id": region };
        const headers = { ...named, ...access.headers, ...variation.headers };
        const target = `/openapi/logstashes/${encodeURIComponent(this.options.instanceId)}${path}`;
        for (let attempt = 1; ; attempt += 1) {
            const response = await client
                .request(method, target, query, "", headers)
                .then((body) => accepted(method, body), rejected);
            const isFinal = response.body.RequestId !== undefined && !response.code.startsWith("Throttling");
            if (isFinal || attempt === attempts) {
                return response;
            }
            await this.options.sleep(pauseMs);
        }
    }
}

function accepted(method: string, answer: unknown): Response {
    const body = answer as Response["body"];
    const isAccepted = method === "GET" || body.Result === true;
    return { code: isAccepted ? "accepted" : `Result ${JSON.stringify(body.Result)}`, body };
}

function rejected(thrown: unknown): Response {
    const { code, name, result } = thrown as { code?: string; name?: string; result?: Response["body"] };
    return { code: code || name || "no code", body: result ?? {} };
}

/** Whether a request may have been applied: everything but the code of a 4xx says so. */
function mayBeApplied({ code, body }: Response): boolean {
    return code === "accepted" || code.startsWith("Result ") || body.Code === undefined;
}
