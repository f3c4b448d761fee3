import { createHash, createHmac } from "node:crypto";
import { unescape as percentDecode } from "node:querystring";
import type { Refusal } from "./answers";

const windowMs = 15 * 60_000;

/** An access key, permanent or temporary. */
export interface Account {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    /** The STS token that must come with a temporary key. */
    readonly securityToken?: string;
    /** The account the key belongs to, and with it client tokens and limits. @default the access key ID */
    readonly accountId?: string;
}

/** A request as it came over the wire. */
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

/** Whether a request may enter. */
export type Verdict =
    | { readonly kind: "accepted"; readonly account: Account }
    | { readonly kind: "refused"; readonly refusal: Refusal };

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

/** Checks key, time, STS token, signature, body and nonce, in this order. */
export function verify(
    request: SignedRequest,
    claim: Claim | undefined,
    accounts: readonly Account[],
    nonces: NonceStore,
    now: number,
): Verdict {
    const { headers } = request;
    if (claim === undefined) {
        return refuse(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.");
    }
    const account = accounts.find(({ accessKeyId }) => accessKeyId === claim.accessKeyId);
    if (account === undefined) {
        return refuse(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
    }
    const date = Date.parse(headers[claim.kind === "ROA" ? "date" : "x-acs-date"] ?? "");
    if (Number.isNaN(date)) {
        return refuse(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
    }
    if (Math.abs(now - date) > windowMs) {
        return refuse(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
    }
    if (headers["x-acs-security-token"] !== account.securityToken) {
        return refuse(400, "InvalidSecurityToken.Malformed", "The specified SecurityToken is malformed.");
    }
    const mismatch = signatureMismatch(request, claim, account.accessKeySecret);
    if (mismatch !== undefined) {
        return refuse(400, "SignatureDoesNotMatch", mismatch);
    }
    // Only a genuine request uses up its nonce: a forged one could otherwise lock out the real one.
    const nonce = headers["x-acs-signature-nonce"];
    if (nonce === undefined) {
        return refuse(400, "MissingSignatureNonce", "SignatureNonce is mandatory for this action.");
    }
    if (!nonces.use(account.accessKeyId, nonce, now)) {
        return refuse(400, "SignatureNonceUsed", "Specified signature nonce was used already.");
    }
    return { kind: "accepted", account };
}

function signatureMismatch(request: SignedRequest, claim: Claim, secret: string): string | undefined {
    const { headers, body } = request;
    switch (claim.kind) {
        case "ROA": {
            const text = roaStringToSign(request);
            if (claim.signature !== createHmac("sha1", secret).update(text).digest("base64")) {
                return notOurs(text);
            }
            const md5 = headers["content-md5"];
            return md5 === undefined || md5 === createHash("md5").update(body).digest("base64")
                ? undefined
                : "Specified Content-MD5 is not matched with the body.";
        }
        case "ACS3": {
            const unsigned = Object.keys(headers).filter(
                (name) => (name.startsWith("x-acs-") || name === "host") && !claim.signedHeaders.includes(name),
            );
            if (unsigned.length > 0) {
                return `Specified SignedHeaders lack ${unsigned.join(", ")}.`;
            }
            const text = `ACS3-HMAC-SHA256\n${sha256(acs3CanonicalRequest(request, claim.signedHeaders))}`;
            return claim.signature === createHmac("sha256", secret).update(text).digest("hex")
                ? undefined
                : notOurs(text);
        }
    }
}

// The real gateway repeats the string too; for ROA with STS it contains the security token.
function notOurs(text: string): string {
    return `Specified signature is not matched with our calculation. server string to sign is:${text}`;
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

function sorted(query: SignedRequest["query"]): SignedRequest["query"] {
    return [...query].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function percentEncode(text: string): string {
    return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Buffer): string {
    return createHash("sha256").update(data).digest("hex");
}

function refuse(status: number, code: string, message: string): Verdict {
    return { kind: "refused", refusal: { status, code, message } };
}
