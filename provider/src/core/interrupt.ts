import { classify } from "./answer";
import type { Arguments } from "./arguments";
import { pending } from "./change";
import { adviceFor, failureMessage } from "./failure";
import { isRecord, stringField } from "./json";
import type { Reply } from "./reply";
import type { LogstashService } from "./service";

/** One request to interrupt the running change of an instance. */
export interface InterruptRequest extends Arguments {
    readonly clientToken: string;
}

/** What is recorded about a request. */
export interface Result {
    readonly clientToken: string;
    readonly requestId?: string;
    readonly status: string;
    readonly interrupted: boolean;
    readonly interruptedAt?: string;
}

/** How a request ended. */
export type Outcome =
    | { readonly kind: "done"; readonly result: Result }
    /** It may have been done, or was accepted and could not be seen through: the next run finishes it. */
    | { readonly kind: "unfinished"; readonly result: Result; readonly message: string }
    /** Refused: nothing has happened, nothing is recorded. */
    | { readonly kind: "refused"; readonly message: string };

/** What an interrupt needs from outside. */
export interface Means {
    readonly service: LogstashService;
    readonly now: () => Date;
    readonly signal: AbortSignal;
}

const attemptTimeoutMs = 10_000;

/** Sends the interrupt once and, when it was accepted, looks at the instance once. */
export async function interrupt(request: InterruptRequest, { service, now, signal }: Means): Promise<Outcome> {
    const { instanceId, region, clientToken } = request;
    const started = now().getTime();
    const failed = (what: string, reply: Reply, advice?: string) =>
        failureMessage({
            what,
            instanceId,
            region,
            reply,
            tries: 1,
            elapsedMs: now().getTime() - started,
            ...(advice === undefined ? {} : { advice }),
        });
    const attempt = { timeoutMs: attemptTimeoutMs, signal };

    const reply = await service.signal("InterruptLogstashTask", instanceId, clientToken, attempt);
    const answer = classify(reply);
    switch (answer.kind) {
        case "refused":
            return { kind: "refused", message: failed("InterruptLogstashTask was refused", reply) };
        case "unknown":
            return {
                kind: "unfinished",
                result: { clientToken, status: pending, interrupted: false },
                message: failed("It is not known whether InterruptLogstashTask was done", reply),
            };
        case "accepted":
            break;
    }
    const accepted = {
        clientToken,
        ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
        interrupted: true,
        interruptedAt: now().toISOString(),
    };

    const look = await service.describe(instanceId, attempt);
    const status =
        look.kind === "body" && isRecord(look.body.Result) ? stringField(look.body.Result, "status") : undefined;
    if (status !== undefined) {
        return { kind: "done", result: { ...accepted, status } };
    }
    const denied = look.kind === "failure" && /^Forbidden|^NoPermission$/.test(look.code);
    return {
        kind: "unfinished",
        result: { ...accepted, status: pending },
        message: failed(
            "The interrupt was accepted, but DescribeLogstash failed",
            look,
            denied ? "grant the RAM action elasticsearch:DescribeLogstash" : adviceFor(look),
        ),
    };
}
