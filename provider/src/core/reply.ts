import { isRecord, stringField } from "./json";

/** What came back from one call, in our own words: pop-core's results and errors are turned into this and no further. */
export type Reply =
    /** The service answered with a JSON object that reports no failure. */
    | { readonly kind: "body"; readonly body: Readonly<Record<string, unknown>> }
    /** The service (or a gateway speaking its format) answered with a failure. */
    | ({ readonly kind: "failure" } & ServiceFailure)
    /** Something answered, but not in the service's format: HTML, broken or foreign JSON, an empty body. */
    | { readonly kind: "unusable"; readonly detail: string }
    /** No whole answer arrived: refused or reset connection, unknown host, timeout. */
    | { readonly kind: "unreachable"; readonly code: string; readonly detail: string }
    /** Nothing was sent: there were no credentials to sign it with, this time. */
    | { readonly kind: "unsent"; readonly detail: string };

/** The fields of the service's error body. */
export interface ServiceFailure {
    readonly code: string;
    readonly message: string;
    readonly httpStatus?: number;
    readonly requestId?: string;
    /** The vendor's link to a page about this failure. */
    readonly recommend?: string;
}

/** Reads whatever pop-core resolved with: it resolves with a string for every content type it does not know. */
export function replyFromResult(result: unknown): Reply {
    if (!isRecord(result)) {
        const shape =
            result === null ? "JSON null" : typeof result === "string" ? describeText(result) : "no JSON object";
        return { kind: "unusable", detail: shape };
    }
    const code = stringField(result, "Code");
    return code === undefined
        ? { kind: "body", body: result }
        : { kind: "failure", ...failureFields(result, code), httpStatus: 200 };
}

/** Reads whatever pop-core threw; not always an Error, and not always with a code. */
export function replyFromThrown(thrown: unknown): Reply {
    const name = stringField(thrown, "name") ?? "";
    const message = stringField(thrown, "message") ?? "";
    if (name === "FormatError") {
        const text = stringField(thrown, "body");
        return {
            kind: "unusable",
            detail: text === undefined ? "malformed JSON" : `malformed JSON, ${describeText(text)}`,
        };
    }
    if (/TimeoutError$/.test(name) || name === "AbortError") {
        return { kind: "unreachable", code: "RequestTimeout", detail: "no whole answer in time" };
    }
    const body = isRecord(thrown) ? thrown.result : undefined;
    const httpStatus = isRecord(thrown) && typeof thrown.statusCode === "number" ? thrown.statusCode : undefined;
    const status = httpStatus === undefined ? {} : { httpStatus };
    const code = stringField(thrown, "code");
    if (isRecord(body)) {
        return { kind: "failure", ...failureFields(body, code ?? ""), ...status };
    }
    if (httpStatus !== undefined) {
        return { kind: "failure", code: code ?? "", message: "", ...status };
    }
    if (/^code: \d|hostid: .*requestid: /.test(message) && code !== undefined) {
        return { kind: "failure", ...xmlFields(message, code) };
    }
    // Node's transport errors have upper-case codes; everything else was thrown while the answer was read.
    return code !== undefined && /^[A-Z][A-Z0-9_]+$/.test(code)
        ? { kind: "unreachable", code, detail: message === "" ? code : firstLine(message) }
        : { kind: "unusable", detail: message === "" ? "an answer that could not be read" : firstLine(message) };
}

function failureFields(body: Readonly<Record<string, unknown>>, code: string): ServiceFailure {
    const requestId = stringField(body, "RequestId");
    const recommend = stringField(body, "Recommend");
    return {
        code,
        message: stringField(body, "Message") ?? "",
        ...(requestId === undefined ? {} : { requestId }),
        ...(recommend === undefined ? {} : { recommend }),
    };
}

/** pop-core keeps of an XML error only the code and one line of text. */
function xmlFields(message: string, code: string): ServiceFailure {
    const requestId = /requestid: (\S+)/.exec(message)?.[1];
    const text = message.replace(/ hostid: .*$/s, "");
    return { code, message: text, ...(requestId === undefined ? {} : { requestId }) };
}

function describeText(text: string): string {
    if (text.trim() === "") {
        return "an empty body";
    }
    return /^\s*</.test(text)
        ? "HTML or XML where JSON was expected"
        : `${text.length} characters that are not the service's JSON`;
}

function firstLine(text: string): string {
    return text.split("\n", 1)[0] ?? "";
}
