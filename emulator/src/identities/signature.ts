import { createHash, createHmac } from "node:crypto";
import { unescape as percentDecode } from "node:querystring";
import type { Rejection } from "../rejection";
import type { Identities, Verdict } from "./identities";

const windowMs = 15 * 60_000;

/** The parts of a request that a signature covers, as they were received. */
export interface SignedRequest {
    readonly method: string;
    /** The path, still encoded. */
    readonly path: string;
    /** The query's names and values, decoded. */
    readonly query: readonly (readonly [string, string])[];
    /** Headers by their lower-case names. */
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer;
}

/** What an `Authorization` header claims. */
export type Claim =
    | { readonly kind: "ROA"; readonly accessKeyId: string; readonly signature: string }
    | {
          readonly kind: "ACS3";
          readonly accessKeyId: string;
          readonly signedHeaders: readonly string[];
          readonly signature: string;
      };

/** The kinds of signatures: HMAC-SHA1 in the ROA style, and ACS3-HMAC-SHA256. */
export type SignatureKind = Claim["kind"];

const dateHeaders: Readonly<Record<SignatureKind, string>> = { ROA: "date", ACS3: "x-acs-date" };

/** Remembers each nonce for as long as a request with it could still be valid. */
export class NonceStore {
    readonly #seen = new Map<string, number>();

    /** False if the access key has used the nonce before. */
    use(accessKeyId: string, nonce: string, now: number): boolean {
        // A date may be one window ahead, so it stays valid for two.
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

/** Parses an `Authorization` header of either kind. */
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
    request: SignedRequest,
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
        checkDate(headers[dateHeaders[claim.kind]], now) ??
        checkSignature(request, claim, verdict.identity.accessKeySecret) ??
        // After the signature: a forged request must not use up the nonce of the real one.
        useNonce(claim.accessKeyId, headers["x-acs-signature-nonce"], nonces, now);
    return rejection === undefined ? verdict : { kind: "rejected", rejection };
}

/** Rejects a date that is malformed, or off by more than 15 minutes. */
export function checkDate(text: string | undefined, now: number): Rejection | undefined {
    const date = Date.parse(text ?? "");
    if (Number.isNaN(date)) {
        return badRequest("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
    }
    return Math.abs(now - date) > windowMs
        ? badRequest("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
        : undefined;
}

/** Rejects a missing nonce, and one that the key has used before. */
export function useNonce(
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

/** The rejection of a request without a required parameter. */
export function missing(name: string): Rejection {
    return badRequest(`Missing${name}`, `${name} is mandatory for this action.`);
}

/** The rejection of a wrong signature. Like the real gateway, it repeats the string to sign. */
export function mismatch(text: string): Rejection {
    return badRequest(
        "SignatureDoesNotMatch",
        `Specified signature is not matched with our calculation. server string to sign is:${text}`,
    );
}

/** Sorts names and values by name. */
export function sorted(pairs: SignedRequest["query"]): SignedRequest["query"] {
    return [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Encodes by RFC 3986, including `!'()*`. */
export function percentEncode(text: string): string {
    return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function checkSignature(request: SignedRequest, claim: Claim, secret: string): Rejection | undefined {
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

function roaStringToSign({ method, path, query, headers }: SignedRequest): string {
    const standard = ["accept", "content-md5", "content-type", "date"].map((name) => headers[name] ?? "");
    const own = Object.keys(headers)
        .filter((name) => name.startsWith("x-acs-"))
        .sort()
        .map((name) => `${name}:${(headers[name] ?? "").replace(/[\t\n\r\f]/g, " ").trim()}`);
    const parameters = sorted(query).map(([name, value]) => `${name}=${value}`);
    const resource = parameters.length === 0 ? path : `${path}?${parameters.join("&")}`;
    return [method, ...standard, ...own, resource].join("\n");
}

function acs3CanonicalRequest({ method, path, query, headers, body }: SignedRequest, names: readonly string[]): string {
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
