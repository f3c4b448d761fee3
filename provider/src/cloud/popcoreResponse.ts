import { isRecord, stringField } from "../json";
import type { ServiceError, ServiceResponse } from "../request/response";

type Fields = Readonly<Record<string, unknown>>;

/** Reads what pop-core resolved with: a string for every content type that it does not know. */
export function responseFromResult(result: unknown): ServiceResponse {
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
 * Reads what pop-core threw after the request was sent: not always an Error, and not always with a code. Only messages of
 * the service are kept, because those of Node and httpx contain the signed URL. `seenStatus` is the HTTP status of the
 * response, which pop-core drops for XML.
 */
export function responseFromThrown(thrown: unknown, seenStatus?: number): ServiceResponse {
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
        return { kind: "error", code: codeOrNone(code), message: "", ...status };
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
        : { kind: "invalidResponse", detail: "a response that could not be read" };
}

/** The code for a connection that was not made: Node's, or one of ours. The message is dropped. */
export function connectCode(thrown: unknown): string {
    const code = textField(thrown, "code");
    const name = textField(thrown, "name");
    if (/TimeoutError$/.test(name) || name === "AbortError") {
        return "ConnectTimeout";
    }
    return isTransportCode(code) || /^Proxy[A-Za-z]+$/.test(code) ? code : "ConnectionFailed";
}

/** A field of an untrusted value, or "" if it is not a string. */
function textField(value: unknown, name: string): string {
    return stringField(value, name) ?? "";
}

/** Node's transport errors have upper-case codes. */
function isTransportCode(code: string): boolean {
    return /^[A-Z][A-Z0-9_]{1,60}$/.test(code);
}

/** The fields of a body that are used. The others are dropped, because a body may echo anything at any depth. */
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
        code: codeOrNone(code),
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
        code: codeOrNone(code),
        message: text,
        ...(requestId === undefined ? {} : { requestId }),
    };
}

/** A code, or "" if the text does not look like one. */
function codeOrNone(code: string): string {
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
