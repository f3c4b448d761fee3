import { descriptorOf, type Operation } from "../cloud/operations";
import { type Delivery, whole } from "../http/delivery";
import { errorResponse, type HttpResponse, jsonResponse, type ResponseIds } from "../http/responses";
import type { Rejection } from "../rejection";

/** When a fault happens: `before` the effect, which then never happens, or `after` it. */
export type Point = "before" | "after";

/** A way to fail. A fault without `point` has no effect on the instance, except `drip`. */
export type Fault =
    /** Too many requests: 400 `Throttling.User`, 429 `Throttling`, or 503 with `QPS Limit Exceeded` in the message. */
    | { readonly kind: "throttling"; readonly form: "user" | "too-many-requests" | "qps-limit" }
    /** Any error response of the service. */
    | ({ readonly kind: "rejection" } & Rejection)
    /** 200 with `Result: false`. */
    | { readonly kind: "result-false" }
    /** 302 to another URL. */
    | { readonly kind: "redirect"; readonly location: string }
    /** 503 `ServiceUnavailable`. */
    | { readonly kind: "service-unavailable"; readonly point: Point }
    /** 500 `InternalError`. */
    | { readonly kind: "internal-error"; readonly point: Point }
    /** The HTML page of a proxy, with any status. */
    | { readonly kind: "html"; readonly status: number; readonly point: Point }
    /** An error in the service's XML form. */
    | ({ readonly kind: "xml-error"; readonly point: Point } & Rejection)
    /** Half of the JSON, with a matching content length. */
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
    /** No response until the client disconnects or the emulator stops. */
    | { readonly kind: "hang"; readonly point: Point }
    /** The correct response, `delayMs` milliseconds late. With `before` the effect is late too, even without a client. */
    | { readonly kind: "slow"; readonly delayMs: number; readonly point: Point }
    /** The correct response after the effect, a byte every `everyMs` milliseconds. */
    | { readonly kind: "drip"; readonly everyMs: number };

/** Which requests fail; an omitted condition matches everything. */
export interface FaultRule {
    readonly operation?: Operation;
    /** In any region. */
    readonly instanceId?: string;
    /** Requests for one operation on one instance, counted from 1 when the rule is added. @default "all" */
    readonly calls?: number | { readonly from: number; readonly to: number } | "all";
    readonly fault: Fault;
}

/** The rules for faults. If several match, the one added first applies. */
export class FaultScript {
    readonly #rules: { readonly rule: FaultRule; readonly counts: Map<string, number> }[] = [];

    /** Adds a rule; throws for an unknown operation or fault. */
    add(rule: FaultRule): void {
        if (rule.operation !== undefined) {
            descriptorOf(rule.operation);
        }
        // A trial, because a script in JavaScript may name a fault that does not exist.
        faultyDelivery(rule.fault, jsonResponse(200, {}, trialIds), trialIds);
        this.#rules.push({ rule, counts: new Map() });
    }

    /** Removes all rules. */
    clear(): void {
        this.#rules.length = 0;
    }

    /** Counts a request and returns its fault, if any. */
    faultFor(operation: Operation, instanceId: string): Fault | undefined {
        const key = JSON.stringify([operation, instanceId]);
        let fault: Fault | undefined;
        for (const { rule, counts } of this.#rules) {
            const count = (counts.get(key) ?? 0) + 1;
            counts.set(key, count);
            const matches =
                (rule.operation ?? operation) === operation &&
                (rule.instanceId ?? instanceId) === instanceId &&
                matchesCount(rule.calls ?? "all", count);
            if (matches) {
                fault ??= rule.fault;
            }
        }
        return fault;
    }
}

/** When the fault happens. */
export function pointOf(fault: Fault): Point {
    if (fault.kind === "drip") {
        return "after";
    }
    return "point" in fault ? fault.point : "before";
}

/** Applies a fault to the correct response. */
export function faultyDelivery(fault: Fault, response: HttpResponse, ids: ResponseIds): Delivery {
    switch (fault.kind) {
        case "throttling":
            return whole(errorResponse(throttled[fault.form], ids));
        case "rejection":
            return whole(errorResponse(fault, ids));
        case "result-false":
            return whole(jsonResponse(200, { Result: false, RequestId: ids.requestId }, ids));
        case "redirect":
            return whole({ status: 302, headers: { location: fault.location, "content-type": "text/html" }, body: "" });
        case "service-unavailable":
            return whole(errorResponse(unavailable, ids));
        case "internal-error":
            return whole(errorResponse(internalError, ids));
        case "html": {
            const body = `<html><head><title>${fault.status}</title></head><body>${fault.status} nginx</body></html>`;
            return whole({ status: fault.status, headers: { "content-type": "text/html" }, body });
        }
        case "xml-error":
            return whole(xmlError(fault, ids));
        case "truncated-json":
            return whole({ ...response, body: response.body.slice(0, response.body.length / 2) });
        case "cut-off":
            return { kind: "cut", response };
        case "empty":
            return whole({ status: 200, headers: response.headers, body: "" });
        case "no-content":
            return whole({ status: 204, headers: response.headers, body: "" });
        case "json-null":
            return whole(jsonResponse(fault.status, null, ids));
        case "code-in-success": {
            const body = { RequestId: ids.requestId, Code: fault.code, Message: fault.message };
            return whole({ ...jsonResponse(200, body, ids), code: fault.code });
        }
        case "reset":
            return { kind: "reset" };
        case "hang":
            return { kind: "never" };
        case "drip":
            return { kind: "dripping", response, everyMs: fault.everyMs };
        case "slow":
            return whole(response);
        default:
            throw new Error(`The emulator has no fault ${JSON.stringify(fault satisfies never)}.`);
    }
}

const trialIds: ResponseIds = { requestId: "", hostId: "" };

/** The rejection beyond the rate limit of a user. */
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

function xmlError({ status, code, message }: Rejection, { requestId, hostId }: ResponseIds): HttpResponse {
    const body =
        `<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>${requestId}</RequestId><HostId>${hostId}</HostId>` +
        `<Code>${code}</Code><Message>${message}</Message></Error>`;
    const headers = { "content-type": "text/xml;charset=utf-8", "x-acs-request-id": requestId };
    return { status, headers, body, code };
}

function matchesCount(calls: NonNullable<FaultRule["calls"]>, count: number): boolean {
    if (calls === "all") {
        return true;
    }
    return typeof calls === "number" ? count === calls : calls.from <= count && count <= calls.to;
}
