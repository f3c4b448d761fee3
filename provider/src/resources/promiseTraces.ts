/**
 * Keeps Pulumi from formatting stack traces that nobody reads, until the returned function is called. Its constructor of a
 * resource formats one for each of four promises of each property, for a report of leaked promises; under ts-node that is
 * most of the constructor's time. Every other trace is made as always, the one by which Pulumi finds the program's line
 * among them.
 */
export function withoutPromiseTraces(): () => void {
    if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
        return () => {};
    }
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = (error, callSites) => {
        if (callSites[0]?.getFileName()?.endsWith(promisesOfPulumi)) {
            return String(error);
        }
        return prepareStackTrace === undefined
            ? [error, ...callSites].join("\n    at ")
            : prepareStackTrace(error, callSites);
    };
    return () => {
        if (prepareStackTrace === undefined) {
            delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
        } else {
            Error.prepareStackTrace = prepareStackTrace;
        }
    };
}

/** The module of Pulumi's that makes its promises. */
const promisesOfPulumi = "debuggable.js";
