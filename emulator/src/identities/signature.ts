import { createHash, createHmac } from "node:crypto";
import { unescape as percentDecode } from "node:querystring";
import type { Rejection } from "../http/answers";
import type { IncomingRequest } from "../http/incoming";
import type { Identities, Verdict } from "./identities";

const windowMs = 15 * 60_000;

/** What an `Authorization` header claims. */
export type Claim =
    | { readonly kind: "ROA"; readonly accessKeyId: string; readonly signature: string }
    | {
          readonly kind: "ACS3";
          readonly accessKeyId: string;
          readonly signedHeaders: readonly string[];
          readonly signature: string;
      };

const dateHeaders: Readonly<Record<Claim["kind"], string>> = { ROA: "date", ACS3: "x-acs-date" };

/** Remembers each nonce for as long as a request with it could still be in time. */
export class NonceStore {
    readonly #seen = new Map<string, number>();

    /** False if the access key has used the nonce before. */
    use(accessKeyId: string, nonce: string, now: number): boolean {
        // A date may lie one window ahead, so it stays valid for two.
        for (const [key, seenAt] of this.#seen) {
            if (seenAt + 2 * windowMs >= now) {
                break;
            }
            this.#seen.delete(key);
        }
        const key = JSON.stringify([accessKeyId, nonce]);
        if (this.#seen.has(key)) {
            return false;
        }
        this.#seen.set(key, now);
        return true;
    }
}

/** Reads an `Authorization` header of either kind. */
export function parseClaim(authorization: string | undefined): Claim | undefined {
    const roa = /^acs ([^:\s]+):(\S+)$/.exec(authorization ?? "");
    if (roa?.[1] !== undefined && roa[2] !== undefined) {
        return { kind: "ROA", accessKeyId: roa[1], signature: roa[2] };
    }
    const acs3 = /^ACS3-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
        authorization ?? "",
    );
    if (acs3?.[1] !== undefined && acs3[2] !== undefined && acs3[3] !== undefined) {
        return { kind: "ACS3", accessKeyId: acs3[1], signedHeaders: acs3[2].split(";"), signature: acs3[3] };
    }
    return undefined;
}

/** Checks key, STS token, time, signature, body and nonce, in this order. */
export function verify(
    request: IncomingRequest,
    claim: Claim | undefined,
    identities: Identities,
    nonces: NonceStore,
    now: number,
): Verdict {
    const { headers } = request;
    if (claim === undefined) {
        return { kind: "rejected", rejection: missing("AccessKeyId") };
    }
    const verdict = identities.identify(claim.accessKeyId, headers["x-acs-security-token"]);
    if (verdict.kind === "rejected") {
        return verdict;
    }
    const rejection =
        untimely(headers[dateHeaders[claim.kind]], now) ??
        signatureRejection(request, claim, verdict.identity.accessKeySecret) ??
        // Only a genuine request uses up its nonce: a forged one could otherwise lock out the real one.
        nonceRejection(claim.accessKeyId, headers["x-acs-signature-nonce"], nonces, now);
    return rejection === undefined ? verdict : { kind: "rejected", rejection };
}

/** The rejection of a date that can't be read, or is off by more than 15 minutes. */
export function untimely(text: string | undefined, now: number): Rejection | undefined {
    const date = Date.parse(text ?? "");
    if (Number.isNaN(date)) {
        return badRequest("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
    }
    return Math.abs(now - date) > windowMs
        ? badRequest("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
        : undefined;
}

/** The rejection of a missing nonce, or one the key has used before. */
export function nonceRejection(
    accessKeyId: string,
    nonce: string | undefined,
    nonces: NonceStore,
    now: number,
): Rejection | undefined {
    if (nonce === undefined) {
        return missing("SignatureNonce");
    }
    return nonces.use(accessKeyId, nonce, now)
        ? undefined
        : badRequest("SignatureNonceUsed", "Specified signature nonce was used already.");
}

/** The rejection of a request without a parameter it must have. */
export function missing(name: string): Rejection {
    return badRequest(`Missing${name}`, `${name} is mandatory for this action.`);
}

/** The rejection of a signature that is not ours for this text, which the real gateway repeats too. */
export function mismatch(text: string): Rejection {
    return badRequest(
        "SignatureDoesNotMatch",
        `Specified signature is not matched with our calculation. server string to sign is:${text}`,
    );
}

/** Names and values in the order of their names. */
export function sorted(pairs: IncomingRequest["query"]): IncomingRequest["query"] {
    return [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Encodes as RFC 3986 asks, `!'()*` too. */
export function percentEncode(text: string): string {
    return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signatureRejection(request: IncomingRequest, claim: Claim, secret: string): Rejection | undefined {
    const { headers, body } = request;
    switch (claim.kind) {
        case "ROA": {
            const text = roaStringToSign(request);
            if (claim.signature !== createHmac("sha1", secret).update(text).digest("base64")) {
                return mismatch(text);
            }
            const md5 = headers["content-md5"];
            return md5 === undefined || md5 === createHash("md5").update(body).digest("base64")
                ? undefined
                : badRequest("SignatureDoesNotMatch", "Specified Content-MD5 is not matched with the body.");
        }
        case "ACS3": {
            const unsigned = Object.keys(headers).filter(
                (name) => (name.startsWith("x-acs-") || name === "host") && !claim.signedHeaders.includes(name),
            );
            if (unsigned.length > 0) {
                return badRequest("SignatureDoesNotMatch", `Specified SignedHeaders lack ${unsigned.join(", ")}.`);
            }
            const text = `ACS3-HMAC-SHA256\n${sha256(acs3CanonicalRequest(request, claim.signedHeaders))}`;
            return claim.signature === createHmac("sha256", secret).update(text).digest("hex")
                ? undefined
                : mismatch(text);
        }
    }
}

function roaStringToSign({ method, path, query, headers }: IncomingRequest): string {
    const standard = ["accept", "content-md5", "content-type", "date"].map((name) => headers[name] ?? "");
    const own = Object.keys(headers)
        .filter((name) => name.startsWith("x-acs-"))
        .sort()
        .map((name) => `${name}:${(headers[name] ?? "").replace(/[\t\n\r\f]/g, " ").trim()}`);
    const parameters = sorted(query).map(([name, value]) => `${name}=${value}`);
    const resource = parameters.length === 0 ? path : `${path}?${parameters.join("&")}`;
    return [method, ...standard, ...own, resource].join("\n");
}

function acs3CanonicalRequest(
    { method, path, query, headers, body }: IncomingRequest,
    names: readonly string[],
): string {
    return [
        method,
        path
            .split("/")
            .map((segment) => percentEncode(percentDecode(segment)))
            .join("/"),
        sorted(query)
            .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
            .join("&"),
        ...names.map((name) => `${name}:${(headers[name] ?? "").trim()}`),
        "",
        names.join(";"),
        sha256(body),
    ].join("\n");
}

function sha256(data: string | Buffer): string {
    return createHash("sha256").update(data).digest("hex");
}

function badRequest(code: string, message: string): Rejection {
    return { status: 400, code, message };
}
