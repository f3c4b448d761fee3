import { stringField } from "../provider/src/json";
import type { Operation } from "../provider/src/operations/operations";
import { classify, classifyLook } from "../provider/src/request/classify";
import type { LogstashService } from "../provider/src/request/client";
import { codeOf } from "../provider/src/request/errorMessage";
import type { Reply } from "../provider/src/request/response";
import { pollMs } from "../provider/src/request/retry";
import type { Access, Variation } from "./access";

/** What a visit is made with. */
export interface VisitOptions {
    readonly instanceId: string;
    readonly access: Access;
    /** Somebody of the same account who must not interrupt. */
    readonly denied?: Access | undefined;
    /** Whether more than looks may be sent. */
    readonly disruptive: boolean;
    /** Another for each visit: client tokens are made of it. */
    readonly id: string;
    /** How long to wait until the instance is suspended. */
    readonly waitMs: number;
    /** How old a client token is when it is asked for again. */
    readonly tokenAgeMs: number;
    readonly sleep: (ms: number) => Promise<void>;
    readonly now: () => number;
}

/** The client tokens of a visit, by what each is for. */
type TokenName = "interrupt" | "second interrupt" | "third interrupt" | "early resume" | "resume" | "second resume";

const callMs = 15_000;
const mostTries = 4;

/** One instance while assumptions are checked on it: what was sent, and what became of it. No other is ever named. */
export class Visit {
    #status: string | undefined;
    #interruptId: string | undefined;
    #interrupted = false;
    #resumedBy: TokenName | undefined;
    #refusedEarly = false;
    readonly #service: LogstashService;

    constructor(readonly options: VisitOptions) {
        this.#service = options.access.service();
    }

    /** The last that was seen; absent where it cannot be seen. */
    get status(): string | undefined {
        return this.#status;
    }

    /** The request ID of the first interrupt. */
    get interruptId(): string | undefined {
        return this.#interruptId;
    }

    /** Whether an interrupt of this visit may have been done. */
    get interrupted(): boolean {
        return this.#interrupted;
    }

    /** The token with which a resume was accepted. */
    get resumedBy(): TokenName | undefined {
        return this.#resumedBy;
    }

    /** Whether a resume was refused while the change ran. */
    get refusedEarly(): boolean {
        return this.#refusedEarly;
    }

    /** Looks as the provider does, or with something changed. */
    async look(variation?: Variation): Promise<Reply> {
        const { access, instanceId } = this.options;
        const service = variation === undefined ? this.#service : access.service(variation);
        const reply = await this.#answered(() => service.describe(instanceId, limits()));
        if (variation === undefined) {
            const look = classifyLook(reply);
            this.#status = look.kind === "seen" ? look.status : undefined;
        }
        return reply;
    }

    /** Interrupts, and looks what has become of the instance. */
    async interrupt(token: TokenName): Promise<Reply> {
        const before = this.#status;
        const reply = await this.#send(this.#service, "InterruptLogstashTask", token);
        this.#interruptId ??= requestIdOf(reply);
        await this.look();
        this.#interrupted ||= this.#status !== before || !isRefusal(reply);
        return reply;
    }

    /** Resumes, and looks what has become of the instance. */
    async resume(token: TokenName): Promise<Reply> {
        const reply = await this.#send(this.#service, "ResumeLogstashTask", token);
        if (isRefusal(reply)) {
            this.#refusedEarly ||= token === "early resume";
        } else {
            this.#resumedBy ??= token;
        }
        await this.look();
        return reply;
    }

    /** Interrupts as somebody who must not. */
    async interruptDenied(token: TokenName): Promise<Reply> {
        const { denied } = this.options;
        if (denied === undefined) {
            throw new Error("nobody is denied");
        }
        return this.#send(denied.service(), "InterruptLogstashTask", token);
    }

    /** Asks for the resume once more when its token is old; not where that could resume what somebody has suspended since. */
    async resumeAgain(): Promise<Reply | undefined> {
        const { tokenAgeMs, sleep } = this.options;
        if (tokenAgeMs > 0) {
            await sleep(tokenAgeMs);
            await this.look();
        }
        const isSafe = this.#status === "activating" || this.#status === "active";
        return this.#resumedBy !== undefined && isSafe ? this.resume(this.#resumedBy) : undefined;
    }

    /** Looks until the instance has left `activating`, or the time is up. */
    async settle(): Promise<void> {
        let waitedMs = 0;
        for (let looks = 0; this.#status === "activating" && waitedMs < this.options.waitMs; looks += 1) {
            await this.options.sleep(pollMs(looks));
            waitedMs += pollMs(looks);
            await this.look();
        }
    }

    #send(service: LogstashService, operation: Operation, token: TokenName): Promise<Reply> {
        const { id, instanceId, disruptive } = this.options;
        if (!disruptive) {
            throw new Error("this run only looks");
        }
        const clientToken = `contract-${id}-${token.replaceAll(" ", "-")}`;
        return this.#answered(() => service.send(operation, instanceId, clientToken, limits()));
    }

    /** Tries again what nobody has answered, or what was throttled: that is about the way to the service. */
    async #answered(call: () => Promise<Reply>): Promise<Reply> {
        for (let tries = 1; ; tries += 1) {
            const reply = await call();
            if (tries === mostTries || !isPassing(reply)) {
                return reply;
            }
            await this.options.sleep(pollMs(tries));
        }
    }
}

/** What a reply says, in one word: `accepted`, or a code. */
export function wordOf(reply: Reply): string {
    switch (reply.kind) {
        case "body":
            return classify(reply).kind === "accepted" ? "accepted" : codeOf(reply);
        case "error":
            return reply.code === "" ? codeOf(reply) : reply.code;
        case "unusable":
        case "lost":
        case "unconnected":
        case "unsent":
            return codeOf(reply);
    }
}

/** The service's ID of a reply that reports no error. */
export function requestIdOf(reply: Reply): string | undefined {
    return reply.kind === "body" ? stringField(reply.body, "RequestId") : undefined;
}

function isRefusal(reply: Reply): boolean {
    switch (classify(reply).kind) {
        case "refused":
        case "wrongPhase":
        case "notDone":
        case "unconnectable":
        case "interrupting":
            return true;
        case "accepted":
        case "inDoubt":
            return false;
    }
}

function isPassing(reply: Reply): boolean {
    switch (reply.kind) {
        case "lost":
        case "unconnected":
        case "unsent":
            return true;
        case "error":
            return classify(reply).kind === "notDone";
        case "body":
        case "unusable":
            return false;
    }
}

const limits = () => ({ leftMs: callMs, signal: new AbortController().signal });
