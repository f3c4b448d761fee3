import { isRecord, stringField } from "../json";
import type { ServiceError, ServiceResponse } from "../request/response";

type Fields = Readonly<Record<string, unknown>>;

/** Reads whatever pop-core resolved with: it resolves with a string for every content type it does not know. */
export function replyFromResult(result: unknown): ServiceResponse {
    if (!isRecord(result)) {
        const shape =
            result === null ? "JSON null" : typeof result === "string" ? describeText(result) : "no JSON object";
        return { kind: "invalidResponse", detail: shape };
    }
    const code = stringField(result, "Code");
    return code === undefined
        ? { kind: "body", body: knownFields(result) }
        : { kind: "error", ...errorFields(result, code), httpStatus: 200 };
}

/**
 * Reads whatever pop-core threw once the request was sent; not always an Error, and not always with a code. Of a message
 * only what the service wrote is kept: Node's and httpx's have the signed URL in them. `seenStatus` is the HTTP status of
 * the answer, which pop-core drops for XML.
 */
export function replyFromThrown(thrown: unknown, seenStatus?: number): ServiceResponse {
    const name = textField(thrown, "name");
    if (name === "FormatError") {
        const text = stringField(thrown, "body");
        return {
            kind: "invalidResponse",
            detail: text === undefined ? "malformed JSON" : `malformed JSON, ${describeText(text)}`,
        };
    }
    if (/TimeoutError$/.test(name) || name === "AbortError") {
        return { kind: "noResponse", code: "RequestTimeout" };
    }
    const body = isRecord(thrown) ? thrown.result : undefined;
    const httpStatus = isRecord(thrown) && typeof thrown.statusCode === "number" ? thrown.statusCode : undefined;
    const status = httpStatus === undefined ? {} : { httpStatus };
    const code = textField(thrown, "code");
    if (isRecord(body)) {
        return { kind: "error", ...errorFields(body, code), ...status };
    }
    if (httpStatus !== undefined) {
        return { kind: "error", code: harmlessCode(code), message: "", ...status };
    }
    const message = textField(thrown, "message");
    if (/hostid: .*requestid: /.test(message) && code !== "") {
        return {
            kind: "error",
            ...xmlFields(message, code),
            ...(seenStatus === undefined ? {} : { httpStatus: seenStatus }),
        };
    }
    return isTransportCode(code)
        ? { kind: "noResponse", code }
        : { kind: "invalidResponse", detail: "an answer that could not be read" };
}

/** Why no connection was made: Node's code, or one of ours, and never the message behind it. */
export function connectCode(thrown: unknown): string {
    const code = textField(thrown, "code");
    const name = textField(thrown, "name");
    if (/TimeoutError$/.test(name) || name === "AbortError") {
        return "ConnectTimeout";
    }
    return isTransportCode(code) || /^Proxy[A-Za-z]+$/.test(code) ? code : "ConnectionFailed";
}

/** A field of a foreign object, or "" if it is no text. */
function textField(value: unknown, name: string): string {
    return stringField(value, name) ?? "";
}

/** Node's transport errors have upper-case codes. */
function isTransportCode(code: string): boolean {
    return /^[A-Z][A-Z0-9_]{1,60}$/.test(code);
}

/** What is read of a body; nothing else of it is kept, for it may echo anything, at any depth. */
function knownFields(body: Fields): Fields {
    const { Result, RequestId } = body;
    const task: unknown = isRecord(Result) && Array.isArray(Result.clusterTasks) ? Result.clusterTasks[0] : undefined;
    const status = stringField(Result, "status");
    const known = {
        ...(status === undefined ? {} : { status }),
        ...(isRecord(task) && typeof task.progress === "number" ? { clusterTasks: [{ progress: task.progress }] } : {}),
    };
    return {
        ...(Result === undefined ? {} : { Result: typeof Result === "boolean" ? Result : known }),
        ...(typeof RequestId === "string" ? { RequestId } : {}),
    };
}

function errorFields(body: Fields, code: string): ServiceError {
    const requestId = stringField(body, "RequestId");
    const recommend = textField(body, "Recommend");
    return {
        code: harmlessCode(code),
        message: textField(body, "Message"),
        ...(requestId === undefined ? {} : { requestId }),
        ...(/^https:\/\/[^\s@]+$/.test(recommend) ? { recommend } : {}),
    };
}

/** pop-core keeps of an XML error only the code and one line of text. */
function xmlFields(message: string, code: string): ServiceError {
    const requestId = /requestid: (\S+)/.exec(message)?.[1];
    const text = message.replace(/ hostid: .*$/s, "");
    return {
        code: harmlessCode(code),
        message: text,
        ...(requestId === undefined ? {} : { requestId }),
    };
}

/** What no code looks like is none. */
function harmlessCode(code: string): string {
    return /^[\w.-]{1,100}$/.test(code) ? code : "";
}

function describeText(text: string): string {
    if (text.trim() === "") {
        return "an empty body";
    }
    return /^\s*</.test(text)
        ? "HTML or XML where JSON was expected"
        : `${text.length} characters that are not the service's JSON`;
}
