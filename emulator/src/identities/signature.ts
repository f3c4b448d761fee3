import { createHash, createHmac } from "node:crypto";
import { unescape as percentDecode } from "node:querystring";
import { type Rejected, rejected } from "../rejection";
import type { Caller, Identities } from "./identities";

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

/** Checks key, STS token, time, signature, body and nonce, in this order; throws `Rejected`. */
export function verify(
    request: SignedRequest,
    claim: Claim | undefined,
    identities: Identities,
    nonces: NonceStore,
    now: number,
): Caller {
    const { headers } = request;
    if (claim === undefined) {
        throw missing("AccessKeyId");
    }
    const caller = identities.identify(claim.accessKeyId, headers["x-acs-security-token"]);
    checkDate(headers[dateHeaders[claim.kind]], now);
    checkSignature(request, claim, caller.accessKeySecret);
    // After the signature: a forged request must not use up the nonce of the real one.
    useNonce(claim.accessKeyId, headers["x-acs-signature-nonce"], nonces, now);
    return caller;
}

/** Rejects a date that is malformed, or off by more than 15 minutes. */
export function checkDate(text: string | undefined, now: number): void {
    const date = Date.parse(text ?? "");
    if (Number.isNaN(date)) {
        throw rejected(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
    }
    if (Math.abs(now - date) > windowMs) {
        throw rejected(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
    }
}

/** Rejects a missing nonce, and one that the key has used before. */
export function useNonce(accessKeyId: string, nonce: string | undefined, nonces: NonceStore, now: number): void {
    if (nonce === undefined) {
        throw missing("SignatureNonce");
    }
    if (!nonces.use(accessKeyId, nonce, now)) {
        throw rejected(400, "SignatureNonceUsed", "Specified signature nonce was used already.");
    }
}

/** Rejects a request without a required parameter. */
export function missing(name: string): Rejected {
    return rejected(400, `Missing${name}`, `${name} is mandatory for this action.`);
}

/** Rejects a wrong signature. Like the real gateway, the error repeats the string to sign. */
export function mismatch(text: string): Rejected {
    const message = `Specified signature is not matched with our calculation. server string to sign is:${text}`;
    return rejected(400, "SignatureDoesNotMatch", message);
}

/** Sorts names and values by name. */
export function sorted(pairs: SignedRequest["query"]): SignedRequest["query"] {
    return [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Encodes by RFC 3986, including `!'()*`. */
export function percentEncode(text: string): string {
    return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function checkSignature(request: SignedRequest, claim: Claim, secret: string): void {
    const { headers, body } = request;
    switch (claim.kind) {
        case "ROA": {
            const text = roaStringToSign(request);
            if (claim.signature !== createHmac("sha1", secret).update(text).digest("base64")) {
                throw mismatch(text);
            }
            const md5 = headers["content-md5"];
            if (md5 !== undefined && md5 !== createHash("md5").update(body).digest("base64")) {
                const message = "Specified Content-MD5 is not matched with the body.";
                throw rejected(400, "SignatureDoesNotMatch", message);
            }
            break;
        }
        case "ACS3": {
            const unsigned = Object.keys(headers).filter(
                (name) => (name.startsWith("x-acs-") || name === "host") && !claim.signedHeaders.includes(name),
            );
            if (unsigned.length > 0) {
                throw rejected(400, "SignatureDoesNotMatch", `Specified SignedHeaders lack ${unsigned.join(", ")}.`);
            }
            const text = `ACS3-HMAC-SHA256\n${sha256(acs3CanonicalRequest(request, claim.signedHeaders))}`;
            if (claim.signature !== createHmac("sha256", secret).update(text).digest("hex")) {
                throw mismatch(text);
            }
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
