import { descriptorOf, type Operation } from "../cloud/operations";
import { type HttpAnswer, json, type Rejection, type RequestIdentity, rejected } from "./answers";
import type { Delivery } from "./delivery";

/** Whether a fault strikes before the call has its effect, which then never comes, or after it. */
export type Point = "before" | "after";

/** A way to fail; those without `point` do nothing to the instance unless said otherwise. */
export type Fault =
    /** Too many requests: 400 `Throttling.User`, 429 `Throttling`, or 503 with `QPS Limit Exceeded` in the message. */
    | { readonly kind: "throttling"; readonly form: "user" | "too-many-requests" | "qps-limit" }
    /** Any rejection of the service. */
    | ({ readonly kind: "rejection" } & Rejection)
    /** 200 with `Result: false`. */
    | { readonly kind: "result-false" }
    /** 302 to another place. */
    | { readonly kind: "redirect"; readonly location: string }
    /** 503 `ServiceUnavailable`. */
    | { readonly kind: "service-unavailable"; readonly point: Point }
    /** 500 `InternalError`. */
    | { readonly kind: "internal-error"; readonly point: Point }
    /** A page of a proxy, with any status: 502, or 200. */
    | { readonly kind: "html"; readonly status: number; readonly point: Point }
    /** An error in the service's XML form. */
    | ({ readonly kind: "xml-error"; readonly point: Point } & Rejection)
    /** Half of the JSON in a transfer that looks complete. */
    | { readonly kind: "truncated-json"; readonly point: Point }
    /** Half of the body, then the connection closes. */
    | { readonly kind: "cut-off"; readonly point: Point }
    /** 200 with an empty body. */
    | { readonly kind: "empty"; readonly point: Point }
    /** 204. */
    | { readonly kind: "no-content"; readonly point: Point }
    /** The JSON value `null`, with any status. */
    | { readonly kind: "json-null"; readonly status: number; readonly point: Point }
    /** 200 with a `Code` in the body. */
    | { readonly kind: "code-in-success"; readonly code: string; readonly message: string; readonly point: Point }
    /** A connection reset by the peer. */
    | { readonly kind: "reset"; readonly point: Point }
    /** No answer until the client or the emulator gives up. */
    | { readonly kind: "hang"; readonly point: Point }
    /** The right answer, `delayMs` milliseconds late; with `before` the effect too, even if the client has gone. */
    | { readonly kind: "slow"; readonly delayMs: number; readonly point: Point }
    /** The right answer, effect included, a byte every `everyMs` milliseconds. */
    | { readonly kind: "drip"; readonly everyMs: number };

/** Which calls a fault strikes: what is left out matches everything. */
export interface FaultRule {
    readonly operation?: Operation;
    /** In whatever region. */
    readonly instanceId?: string;
    /** Calls of one operation on one instance, counted from 1 when the rule is added. @default "all" */
    readonly calls?: number | { readonly from: number; readonly to: number } | "all";
    readonly fault: Fault;
}

/** The faults that are to come; where rules overlap, the one added first strikes. */
export class FaultScript {
    readonly #rules: { readonly rule: FaultRule; readonly counts: Map<string, number> }[] = [];

    /** Adds a rule; throws for an operation or a fault that does not exist. */
    add(rule: FaultRule): void {
        if (rule.operation !== undefined) {
            descriptorOf(rule.operation);
        }
        pointOf(rule.fault);
        this.#rules.push({ rule, counts: new Map() });
    }

    /** Removes all rules. */
    clear(): void {
        this.#rules.length = 0;
    }

    /** Counts a call and returns the fault that strikes it. */
    strike(operation: Operation, instanceId: string): Fault | undefined {
        const key = JSON.stringify([operation, instanceId]);
        let fault: Fault | undefined;
        for (const { rule, counts } of this.#rules) {
            const count = (counts.get(key) ?? 0) + 1;
            counts.set(key, count);
            const matches =
                (rule.operation ?? operation) === operation &&
                (rule.instanceId ?? instanceId) === instanceId &&
                includes(rule.calls ?? "all", count);
            if (matches) {
                fault ??= rule.fault;
            }
        }
        return fault;
    }
}

/** Whether the call is performed before its fault strikes. */
export function pointOf(fault: Fault): Point {
    switch (fault.kind) {
        case "throttling":
        case "rejection":
        case "result-false":
        case "redirect":
            return "before";
        case "drip":
            return "after";
        case "service-unavailable":
        case "internal-error":
        case "html":
        case "xml-error":
        case "truncated-json":
        case "cut-off":
        case "empty":
        case "no-content":
        case "json-null":
        case "code-in-success":
        case "reset":
        case "hang":
        case "slow":
            return fault.point;
        default:
            throw new Error(`The emulator has no fault ${JSON.stringify(fault satisfies never)}.`);
    }
}

/** What a fault makes of the right answer. */
export function distort(
    fault: Exclude<Fault, { kind: "slow" }>,
    answer: HttpAnswer,
    identity: RequestIdentity,
): Delivery {
    switch (fault.kind) {
        case "throttling":
            return whole(rejected(throttled[fault.form], identity));
        case "rejection":
            return whole(rejected(fault, identity));
        case "result-false":
            return whole(json(200, { Result: false, RequestId: identity.requestId }, identity));
        case "redirect":
            return whole({ status: 302, headers: { location: fault.location, "content-type": "text/html" }, body: "" });
        case "service-unavailable":
            return whole(rejected(unavailable, identity));
        case "internal-error":
            return whole(rejected(internalError, identity));
        case "html": {
            const body = `<html><head><title>${fault.status}</title></head><body>${fault.status} nginx</body></html>`;
            return whole({ status: fault.status, headers: { "content-type": "text/html" }, body });
        }
        case "xml-error":
            return whole(xmlError(fault, identity));
        case "truncated-json":
            return whole({ ...answer, body: answer.body.slice(0, answer.body.length / 2) });
        case "cut-off":
            return { kind: "cut", answer };
        case "empty":
            return whole({ status: 200, headers: answer.headers, body: "" });
        case "no-content":
            return whole({ status: 204, headers: answer.headers, body: "" });
        case "json-null":
            return whole(json(fault.status, null, identity));
        case "code-in-success": {
            const body = { RequestId: identity.requestId, Code: fault.code, Message: fault.message };
            return whole({ ...json(200, body, identity), code: fault.code });
        }
        case "reset":
            return { kind: "reset" };
        case "hang":
            return { kind: "never" };
        case "drip":
            return { kind: "dripping", answer, everyMs: fault.everyMs };
    }
}

/** The rejection of a user who asks too often. */
export const throttledUser: Rejection = {
    status: 400,
    code: "Throttling.User",
    message: "Request was denied due to user flow control.",
};

const throttled: Record<Extract<Fault, { kind: "throttling" }>["form"], Rejection> = {
    user: throttledUser,
    "too-many-requests": { status: 429, code: "Throttling", message: "Request was denied due to request throttling." },
    "qps-limit": { status: 503, code: "ServiceUnavailable", message: "QPS Limit Exceeded" },
};

const unavailable: Rejection = {
    status: 503,
    code: "ServiceUnavailable",
    message: "The request has failed due to a temporary failure of the server.",
};

const internalError: Rejection = {
    status: 500,
    code: "InternalError",
    message: "The request processing has failed due to some unknown error.",
};

function whole(answer: HttpAnswer): Delivery {
    return { kind: "whole", answer };
}

function xmlError({ status, code, message }: Rejection, { requestId, hostId }: RequestIdentity): HttpAnswer {
    const body =
        `<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>${requestId}</RequestId><HostId>${hostId}</HostId>` +
        `<Code>${code}</Code><Message>${message}</Message></Error>`;
    const headers = { "content-type": "text/xml;charset=utf-8", "x-acs-request-id": requestId };
    return { status, headers, body, code };
}

function includes(calls: NonNullable<FaultRule["calls"]>, count: number): boolean {
    if (calls === "all") {
        return true;
    }
    return typeof calls === "number" ? count === calls : calls.from <= count && count <= calls.to;
}
