/** Stack traces have no frames until `restore` is called. */
export interface WithoutFrames {
    readonly restore: () => void;
    /** The error; one without frames gets those from where `resource` was called: in the program. */
    readonly traced: (error: unknown, resource: NewableFunction) => unknown;
}

/**
 * Makes stack traces empty, for the time of one synchronous call. Pulumi's constructor of a resource formats a trace for
 * each of four promises of each property, which under ts-node takes three quarters of the time of the constructor, and
 * which nothing reads but Pulumi's report of leaked promises. For the place in the program that it records with the
 * resource Pulumi lifts the limit itself.
 */
export function withoutFrames(): WithoutFrames {
    const { stackTraceLimit } = Error;
    const restore = () => {
        Error.stackTraceLimit = stackTraceLimit;
    };
    Error.stackTraceLimit = 0;
    return {
        restore,
        traced: (error, resource) => {
            restore();
            if (error instanceof Error && !/\n\s+at /.test(error.stack ?? "")) {
                Error.captureStackTrace(error, resource);
            }
            return error;
        },
    };
}
