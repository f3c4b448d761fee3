import { strict as assert } from "node:assert";
import { type Emulator, type Fault, type RequestEntry, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { stackConfigurationFor } from "../../support/stackConfiguration";
import { Engine, type ResourceRecord, type Step } from "./engine";
import { contract, type Program, type Role, registrations, roles, urnIn } from "./program";
import { ProviderProcess } from "./provider";
import { SteppedTime } from "./time";

export const regions = ["cn-hangzhou", "cn-beijing"] as const;
export const instanceIds = ["ls-cn-model0001", "ls-cn-model0002"] as const;

/** Faults of requests with a client token. */
export const faults = {
    "reset before": { kind: "reset", point: "before" },
    "reset after": { kind: "reset", point: "after" },
    "hangs before": { kind: "hang", point: "before" },
    "hangs after": { kind: "hang", point: "after" },
    "503 before": { kind: "service-unavailable", point: "before" },
    "503 after": { kind: "service-unavailable", point: "after" },
    "a page after": { kind: "html", status: 200, point: "after" },
    "cut off after": { kind: "cut-off", point: "after" },
    throttled: { kind: "throttling", form: "user" },
    denied: { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "No." },
    "result false": { kind: "result-false" },
    interrupting: { kind: "rejection", status: 400, code: "AlreadyReceivedInterruptSignal", message: "Wait." },
} as const satisfies Readonly<Record<string, Fault>>;
export type FaultName = keyof typeof faults;

/** Whether the outcome of a request is unknown after a fault. */
export function isOutcomeUnknown({ fault = "" }: RequestEntry): boolean {
    return ["reset", "hang", "service-unavailable", "html", "cut-off"].includes(fault);
}

/** Faults of polls. */
export const pollFaults = {
    denied: { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "No." },
    "503": { kind: "service-unavailable", point: "before" },
} as const satisfies Readonly<Record<string, Fault>>;

/** When the engine is killed: at the n-th such event of a run. */
export interface Kill {
    readonly at: "request" | "outcome" | "timer" | "return";
    readonly count: number;
}

/** What happens during a run. */
export interface Scenario {
    /** Of the first requests of each operation, one each. */
    readonly faults?: readonly FaultName[];
    /** Of all other requests. */
    readonly allFault?: FaultName | undefined;
    readonly pollFault?: keyof typeof pollFaults | undefined;
    readonly kill?: Kill | undefined;
    /** The URN that `--replace` names. */
    readonly replace?: string | undefined;
    /** Whether the work between the interrupt and the resume fails. */
    readonly workFails?: boolean | undefined;
}

/** A step of the engine, with what was observed during it. */
export interface ObservedStep extends Step {
    readonly role: Role;
    readonly after: ResourceRecord | undefined;
    readonly lines: readonly string[];
    readonly requests: readonly RequestEntry[];
    /** The status of the instance at the end of the step. */
    readonly status: string | undefined;
}

/** A run of the CLI. */
export interface Run {
    readonly ending: "succeeded" | "failed" | "killed";
    readonly steps: readonly ObservedStep[];
    readonly requests: readonly RequestEntry[];
}

class Killed extends Error {}

/** A stack with its cloud and its clock, all in this process. */
export class Fixture {
    readonly engine = new Engine();
    /** The region in the configuration of the stack. */
    region: string = regions[0];
    /** The statuses that polls have returned, by the number of the request. */
    readonly polled = new Map<number, string>();
    /** Who suspended an instance, by its ID and region: the token of a request, or "operator". */
    readonly suspendedBy = new Map<string, string>();
    readonly #time = new SteppedTime({
        onRequest: () => {
            this.#arrivedBefore = this.requests.length;
            this.#event("request");
        },
        onTimer: () => this.#event("timer"),
        isHanging: () => this.requests.length > this.#arrivedBefore && this.requests.at(-1)?.fault === "hang",
    });
    /** How many requests had arrived when the last one began. */
    #arrivedBefore = 0;
    #provider: ProviderProcess | undefined;
    #kill: Kill | undefined;
    #events = 0;
    /** How many requests had arrived when the engine was killed. */
    #arrivedAtKill: number | undefined;
    #emulator: Emulator | undefined;

    static async create(): Promise<Fixture> {
        const fixture = new Fixture();
        let requestIds = 0;
        fixture.#emulator = await startEmulator({
            clock: { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
            instances: instanceIds.flatMap((instanceId) => regions.map((region) => ({ instanceId, region }))),
            tokenLifetimeMs: Number.POSITIVE_INFINITY,
            newRequestId: () => `R${++requestIds}`,
            onOutcome: (entry) => fixture.#onOutcome(entry),
        });
        return fixture;
    }

    get emulator(): Emulator {
        return this.#emulator ?? assert.fail("the emulator is not started");
    }

    get requests(): readonly RequestEntry[] {
        return this.emulator.ledger.requests;
    }

    async close(): Promise<void> {
        this.#time.end();
        await this.emulator.stop();
    }

    /** An operator changes the status of an instance. */
    operate(instanceId: string, status: string, region: string): void {
        this.emulator.setStatus(instanceId, status, region);
        this.suspendedBy.set(`${instanceId} ${region}`, "operator");
    }

    preview(program: Program, scenario: Scenario = {}): Promise<Run> {
        return this.#run(program, { replace: scenario.replace }, true);
    }

    up(program: Program, scenario: Scenario = {}): Promise<Run> {
        return this.#run(program, scenario, false);
    }

    async #run(program: Program, scenario: Scenario, isPreview: boolean): Promise<Run> {
        this.#prepare(scenario);
        const provider = new ProviderProcess(this.#configuration(), (call) => this.#awaiting(call));
        this.#provider = provider;
        const steps: ObservedStep[] = [];
        const start = this.requests.length;
        let stepStart = start;
        const onStep = (step: Step) => {
            const { urn, before, inputs } = step;
            steps.push({
                ...step,
                role: urn.includes(`::${contract.interrupt.type}::`) ? "interrupt" : "resume",
                after: this.engine.record(urn) ?? this.engine.record(before?.urn),
                lines: provider.lines.filter((line) => line.urn === urn).map(({ message }) => message),
                requests: this.requests.slice(stepStart),
                status: this.emulator.instance(String(inputs.instanceId), String(inputs.region)).status,
            });
            stepStart = this.requests.length;
        };
        const { workFails = false, replace } = scenario;
        const failsBefore = workFails && program.resume ? urnIn("resume", program.resume.name) : undefined;
        const options = { provider, isPreview, failsBefore, replace, onStep };
        let ending: Run["ending"];
        try {
            const isSuccess = await this.engine.deploy(registrations(program, isPreview), options);
            ending = isSuccess ? "succeeded" : "failed";
        } catch (error) {
            if (!(error instanceof Killed)) {
                throw error;
            }
            ending = "killed";
        }
        await this.#expectSilence();
        return { ending, steps, requests: this.requests.slice(start) };
    }

    #prepare({ faults: first = [], allFault, pollFault, kill }: Scenario): void {
        const script = this.emulator.faults;
        script.clear();
        for (const role of roles) {
            const { operation } = contract[role];
            first.forEach((name, index) => {
                script.add({ operation, calls: index + 1, fault: faults[name] });
            });
            if (allFault !== undefined) {
                script.add({ operation, fault: faults[allFault] });
            }
        }
        if (pollFault !== undefined) {
            script.add({ operation: "DescribeLogstash", fault: pollFaults[pollFault] });
        }
        this.#kill = kill;
        this.#events = 0;
        this.#arrivedAtKill = undefined;
    }

    #configuration(): Record<string, string> {
        return {
            ...stackConfigurationFor(this.emulator),
            "alicloud:region": this.region,
            // The clock does not move for the rate limit while a request is open.
            "alicloud-logstash:requestsPerSecond": "1000000",
        };
    }

    async #awaiting<T>(call: Promise<T>): Promise<T> {
        const response = await this.#time.until(call);
        this.#event("return");
        if (this.#arrivedAtKill !== undefined) {
            throw new Killed();
        }
        return response;
    }

    #event(at: Kill["at"]): void {
        if (this.#kill?.at === at && ++this.#events === this.#kill.count) {
            this.#arrivedAtKill = this.requests.length;
            this.#provider?.kill();
        }
    }

    #onOutcome({ sequence, operation, instanceId, region, clientToken, outcome, fault, effect }: RequestEntry): void {
        if (operation === "DescribeLogstash" && outcome.kind === "responded" && fault === undefined) {
            this.polled.set(sequence, this.emulator.instance(instanceId, region).status);
        }
        if (operation === "InterruptLogstashTask" && effect !== undefined) {
            this.suspendedBy.set(`${instanceId} ${region}`, String(clientToken));
        }
        this.#event("outcome");
    }

    /** Nothing is sent after the engine has ended, except a request that had begun. */
    async #expectSilence(): Promise<void> {
        this.#provider?.kill();
        const begun = this.#arrivedAtKill !== undefined && this.#kill?.at === "request" ? 1 : 0;
        const arrived = this.#arrivedAtKill ?? this.requests.length;
        await this.#time.pass(60_000);
        assert.deepEqual(this.requests.slice(arrived + begun), [], "nothing is sent after the engine has ended");
    }
}
