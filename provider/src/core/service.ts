import type { Operation } from "./operation";
import type { Reply } from "./reply";

/** The calls we make, on one account and region. Never throws for an answer: every outcome of a call is a reply. */
export interface LogstashService {
    /** Sends the signal; the same token again is the same request. */
    signal(operation: Operation, instanceId: string, clientToken: string, attempt: Attempt): Promise<Reply>;
    /** DescribeLogstash. */
    describe(instanceId: string, attempt: Attempt): Promise<Reply>;
    /** Which setting the credentials come from, for messages. */
    credentialsName(): string;
}

/** The limits of one call. */
export interface Attempt {
    /** Milliseconds after which the call is given up, its connection closed and its outcome unknown. */
    readonly timeoutMs: number;
    /** Milliseconds after which it is not sent any more, if it still waits for its turn or for credentials. */
    readonly patienceMs: number;
    readonly signal: AbortSignal;
}
