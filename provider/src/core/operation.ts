/** The calls that take a client token, with the names that tell them apart. */
export const operations = {
    InterruptLogstashTask: {
        path: "actions/interrupt",
        verb: "interrupt",
        participle: "interrupted",
        /** The argument that says what to do where there is nothing to act on. */
        idleArgument: "whenIdle",
    },
    ResumeLogstashTask: {
        path: "actions/resume",
        verb: "resume",
        participle: "resumed",
        idleArgument: "whenNotSuspended",
    },
} as const;

/** Part of a token's derivation, so that the tokens of two calls never meet. */
export type Operation = keyof typeof operations;
