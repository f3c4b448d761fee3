import {
    type Clock,
    type Emulator,
    type Fault,
    type RequestEntry,
    startEmulator,
} from "pulumi-alicloud-logstash-emulator";
import { stackConfigurationFor } from "../../support/stackConfiguration";
import { Engine, Killed, type ResourceRecord, type RunOptions, type Step } from "./engine";
import { OpenRequests } from "./openRequests";
import { contract, type Program, type Role, registrations, roles, urnIn } from "./program";
import { ProviderProcess } from "./providerProcess";
import { SteppedTime, turn } from "./steppedTime";

export const regions = ["cn-hangzhou", "cn-beijing"] as const;
export const instanceIds = ["ls-cn-model0001", "ls-cn-model0002"] as const;

/** What becomes of a request with a token. After those in `doubt` nobody knows whether it was done. */
export const fates = {
    "reset before": { fault: { kind: "reset", point: "before" }, doubt: true },
    "reset after": { fault: { kind: "reset", point: "after" }, doubt: true },
    "hangs before": { fault: { kind: "hang", point: "before" }, doubt: true },
    "hangs after": { fault: { kind: "hang", point: "after" }, doubt: true },
    "503 before": { fault: { kind: "service-unavailable", point: "before" }, doubt: true },
    "503 after": { fault: { kind: "service-unavailable", point: "after" }, doubt: true },
    "a page after": { fault: { kind: "html", status: 200, point: "after" }, doubt: true },
    "cut off after": { fault: { kind: "cut-off", point: "after" }, doubt: true },
    throttled: { fault: { kind: "throttling", form: "user" }, doubt: false },
    denied: { fault: { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "No." }, doubt: false },
    "result false": { fault: { kind: "result-false" }, doubt: false },
    interrupting: {
        fault: { kind: "rejection", status: 400, code: "AlreadyReceivedInterruptSignal", message: "Patience." },
        doubt: false,
    },
} as const satisfies Readonly<Record<string, { readonly fault: Fault; readonly doubt: boolean }>>;
export type Fate = keyof typeof fates;

/** What becomes of looks at the instance. */
export const looks = {
    "they see": undefined,
    "they are forbidden": { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "No." },
    "they fail": { kind: "service-unavailable", point: "before" },
} as const satisfies Readonly<Record<string, Fault | undefined>>;
export type Looks = keyof typeof looks;

/** When the engine is killed: with the n-th thing that happens in its run. */
export interface Moment {
    readonly at: "request" | "outcome" | "time" | "answer";
    readonly count: number;
}

/** What a run meets. */
export interface Circumstances {
    /** Of the first requests in turn. */
    readonly fates?: readonly Fate[];
    /** Of all others. */
    readonly always?: Fate | undefined;
    readonly looks?: Looks;
    readonly kill?: Moment | undefined;
    readonly replace?: string | undefined;
    /** Whether the work between the interrupt and the resume fails. */
    readonly workFails?: boolean | undefined;
}

/** What was seen of a resource in a run. */
export interface SeenStep extends Step {
    readonly role: Role;
    readonly after: ResourceRecord | undefined;
    /** Whether the engine was killed in it. */
    readonly killed: boolean;
    readonly lines: readonly string[];
    readonly requests: readonly RequestEntry[];
    /** That of the instance when it was done with; `undefined` where there is none. */
    readonly status: string | undefined;
}

/** How a run of the CLI ended. */
export interface Run {
    readonly ending: "done" | "failed" | "killed";
    readonly steps: readonly SeenStep[];
    readonly requests: readonly RequestEntry[];
    /** Whether the work between the interrupt and the resume was to fail. */
    readonly workFails: boolean;
}

/** A stack with its cloud and its time, in this process. */
export class World {
    readonly engine = new Engine();
    /** That of the runner's configuration. */
    region: string = regions[0];
    readonly #openRequests = new OpenRequests(() => {
        this.#arrivedBefore = this.emulator.ledger.requests.length;
        this.#happened("request");
    });
    /** Requests that had arrived when the last one began. */
    #arrivedBefore = 0;
    #process: ProviderProcess | undefined;
    #moment: Moment | undefined;
    #happenings = 0;
    #killedAt: number | undefined;

    private constructor(
        readonly time: SteppedTime,
        readonly emulator: Emulator,
        outcomes: { told: (entry: RequestEntry) => void },
    ) {
        outcomes.told = (entry) => {
            this.#note(entry);
            this.#happened("outcome");
        };
    }

    /** What polls have shown, by the sequence number of the request. */
    readonly polled = new Map<number, string>();
    /** Who has suspended an instance, by its ID and region: the token of a request, or an operator. */
    readonly suspendedBy = new Map<string, string>();

    /** An operator changes an instance in the console. */
    operate(instanceId: string, status: string, region: string): void {
        this.emulator.setStatus(instanceId, status, region);
        this.suspendedBy.set(`${instanceId} ${region}`, "an operator");
    }

    #note({ sequence, operation, instanceId, region, clientToken, outcome, fault, effect }: RequestEntry): void {
        if (operation === "DescribeLogstash" && outcome.kind === "responded" && fault === undefined) {
            this.polled.set(sequence, this.emulator.instance(instanceId, region).status);
        }
        if (operation === "InterruptLogstashTask" && effect !== undefined) {
            this.suspendedBy.set(`${instanceId} ${region}`, String(clientToken));
        }
    }

    static async open(): Promise<World> {
        const time = new SteppedTime();
        const outcomes: { told: (entry: RequestEntry) => void } = { told: () => {} };
        let requestIds = 0;
        const emulator = await startEmulator({
            clock: systemClock,
            instances: instanceIds.flatMap((instanceId) => regions.map((region) => ({ instanceId, region }))),
            tokenLifetimeMs: Number.POSITIVE_INFINITY,
            newRequestId: () => `R${++requestIds}`,
            onOutcome: (entry) => outcomes.told(entry),
        });
        return new World(time, emulator, outcomes);
    }

    async close(): Promise<void> {
        this.#openRequests.end();
        this.time.end();
        await this.emulator.stop();
    }

    /** `pulumi preview`. */
    preview(program: Program, replace?: string): Promise<Run> {
        return this.#run({ replace }, (options) =>
            this.engine.deploy(registrations(program, true), { ...options, dryRun: true }),
        );
    }

    /** `pulumi up`. */
    up(program: Program, circumstances: Circumstances = {}): Promise<Run> {
        const { workFails = false } = circumstances;
        const go = workFails && program.go !== undefined ? urnIn("go", program.go.name) : undefined;
        return this.#run(circumstances, (options) =>
            this.engine.deploy(registrations(program, false), { ...options, workFailsBefore: go }),
        );
    }

    /** `pulumi destroy`. */
    destroy(): Promise<Run> {
        return this.#run({}, (options) => this.engine.destroy(options).then(() => true));
    }

    async #run(circumstances: Circumstances, work: (options: RunOptions) => Promise<boolean>): Promise<Run> {
        this.#prepare(circumstances);
        const { requests } = this.emulator.ledger;
        const start = requests.length;
        const process = await ProviderProcess.start(this.#config());
        this.#process = process;
        const steps: SeenStep[] = [];
        let from = start;
        let written: Step | undefined;
        const see = (step: Step, killed: boolean) => {
            steps.push({
                ...step,
                role: roleOf(step.urn),
                after: this.engine.record(step.urn) ?? (step.before && this.engine.record(step.before.urn)),
                killed,
                lines: process.lines.filter(({ urn }) => urn === step.urn).map(({ message }) => message),
                requests: requests.slice(from),
                status: this.#statusOf(step.inputs),
            });
            from = requests.length;
            written = undefined;
        };
        const options: RunOptions = {
            process,
            awaiting: (call) => this.#awaiting(call),
            dryRun: false,
            replace: circumstances.replace,
            onWrite: (step) => {
                written = step;
            },
            onStep: (step) => see(step, false),
        };
        let ending: Run["ending"];
        try {
            ending = (await work(options)) ? "done" : "failed";
        } catch (error) {
            if (!(error instanceof Killed)) {
                throw error;
            }
            ending = "killed";
            if (written !== undefined) {
                see(written, true);
            }
        }
        await this.#endProcess(process);
        const { workFails = false } = circumstances;
        return { ending, steps, requests: requests.slice(start), workFails };
    }

    #statusOf({ instanceId, region }: Step["inputs"]): string | undefined {
        const isKnown = (instanceIds as readonly unknown[]).includes(instanceId);
        return isKnown ? this.emulator.instance(String(instanceId), String(region)).status : undefined;
    }

    #prepare({ fates: planned = [], always, looks: seeing = "they see", kill }: Circumstances): void {
        const { faults } = this.emulator;
        faults.clear();
        for (const role of roles) {
            const { operation } = contract[role];
            planned.forEach((fate, index) => {
                faults.add({ operation, calls: index + 1, fault: fates[fate].fault });
            });
            if (always !== undefined) {
                faults.add({ operation, fault: fates[always].fault });
            }
        }
        const blindness = looks[seeing];
        if (blindness !== undefined) {
            faults.add({ operation: "DescribeLogstash", fault: blindness });
        }
        this.#moment = kill;
        this.#happenings = 0;
        this.#killedAt = undefined;
    }

    #config(): Record<string, string> {
        return {
            ...stackConfigurationFor(this.emulator),
            "alicloud:region": this.region,
            // Nothing here waits for its turn: time stands while a request is on its way.
            "alicloud-logstash:requestsPerSecond": "1000000",
        };
    }

    async #awaiting<T>(call: Promise<T>): Promise<T> {
        const answer = await this.time.until(
            call,
            () => this.#isIdle(),
            () => this.#happened("time"),
        );
        this.#happened("answer");
        if (this.#killedAt !== undefined) {
            throw new Killed();
        }
        return answer;
    }

    /** Nothing is on its way, or it hangs: there is never more than one. */
    #isIdle(): boolean {
        const { requests } = this.emulator.ledger;
        const last = requests.at(-1);
        const hasArrived = requests.length > this.#arrivedBefore;
        return this.#openRequests.count === 0 || (hasArrived && last?.fault === "hang");
    }

    #happened(at: Moment["at"]): void {
        if (this.#moment?.at !== at || this.#killedAt !== undefined) {
            return;
        }
        this.#happenings += 1;
        if (this.#happenings === this.#moment.count) {
            this.#killedAt = this.emulator.ledger.requests.length;
            this.#process?.kill();
        }
    }

    /** Nothing may be sent once the engine has ended. */
    async #endProcess(process: ProviderProcess): Promise<void> {
        process.kill();
        const { requests } = this.emulator.ledger;
        const sent = this.#killedAt ?? requests.length;
        await turn();
        await this.time.pass(60_000);
        const late = requests.slice(sent + (this.#moment?.at === "request" ? 1 : 0));
        if (late.length > 0) {
            throw new Error(`sent after the engine had ended: ${JSON.stringify(late)}`);
        }
        this.#process = undefined;
        this.#moment = undefined;
    }
}

const systemClock: Clock = {
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

function roleOf(urn: string): Role {
    const role = roles.find((candidate) => urn.includes(`::${contract[candidate].type}::`));
    if (role === undefined) {
        throw new Error(`no role has the URN ${urn}`);
    }
    return role;
}
