import { strict as assert } from "node:assert";
import { type Emulator, type Fault, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { accessOf } from "../../../contract/access";
import type { Difference } from "../../../contract/contract";
import { Visit } from "../../../contract/visit";
import { dynamicConfigSource } from "../../../provider/src/dynamic/provider";
import { type ApplyResult, Lifecycle } from "../../../provider/src/lifecycle/lifecycle";
import { descriptorOf, type Operation } from "../../../provider/src/operations/operations";
import { SteppedTime } from "../../soak/model/time";
import { urnOf } from "../../support/urns";
import { differences } from "./differences";

/** What a program asks of one instance. */
interface Scenario {
    readonly operation: Operation;
    /** Of the instance, before. */
    readonly status: string;
    readonly args?: Readonly<Record<string, unknown>>;
    /** Strikes the first request. */
    readonly fault?: Fault;
    /** How long an interrupt takes. @default 0 */
    readonly interruptMs?: number;
    /** Somebody else has interrupted the instance a moment ago. */
    readonly isInterrupting?: true;
}

const interrupt = "InterruptLogstashTask";
const resume = "ResumeLogstashTask";
const lost: Fault = { kind: "reset", point: "after" };
const skip = { whenIdle: "skip" };
const skipResume = { whenNotSuspended: "skip" };

const scenarios: Readonly<Record<string, Scenario>> = {
    running: { operation: interrupt, status: "activating" },
    lost: { operation: interrupt, status: "activating", fault: lost },
    trusting: { operation: interrupt, status: "activating", fault: lost, args: { waitForSuspended: false } },
    lostslow: { operation: interrupt, status: "activating", fault: lost, interruptMs: 400 },
    joined: { operation: interrupt, status: "activating", interruptMs: 400, isInterrupting: true },
    idle: { operation: interrupt, status: "active" },
    idleskipped: { operation: interrupt, status: "active", args: skip },
    suspended: { operation: interrupt, status: "suspended" },
    frozen: { operation: interrupt, status: "inactive", args: skip },
    resumed: { operation: resume, status: "suspended" },
    lostresume: { operation: resume, status: "suspended", fault: lost },
    early: { operation: resume, status: "activating" },
    earlyskipped: { operation: resume, status: "activating", args: skipResume },
    idleresume: { operation: resume, status: "active", args: skipResume },
};

/** Runs every scenario twice, as two `pulumi up` would, against a service that differs. */
async function play({ instance = {}, faults = [], ...difference }: Difference): Promise<void> {
    const time = new SteppedTime({ onRequest: () => {}, onTimer: () => {}, isHanging: () => false });
    const emulator = await startEmulator({
        ...difference,
        clock: { now: () => Date.now(), sleep: () => Promise.reject(new Error("no fault here is slow")) },
        instances: Object.entries(scenarios).map(([name, { status, interruptMs = 0 }]) => ({
            status,
            interruptMs,
            ...instance,
            instanceId: `ls-cn-${name}`,
        })),
    });
    for (const rule of faults) {
        emulator.faults.add(rule);
    }
    try {
        const played = Object.entries(scenarios).map(([name, scenario]) => playScenario(emulator, name, scenario));
        await time.until(Promise.all(played));
    } finally {
        time.end();
        await emulator.stop();
    }
}

async function playScenario(
    emulator: Emulator,
    name: string,
    { operation, args, fault, isInterrupting }: Scenario,
): Promise<void> {
    const instanceId = `ls-cn-${name}`;
    const env = {
        ALIBABA_CLOUD_ACCESS_KEY_ID: testAccount.accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: testAccount.accessKeySecret,
        ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: emulator.url,
    };
    const lifecycle = new Lifecycle({
        source: dynamicConfigSource,
        config: { config: () => undefined, env },
        stopped: new AbortController().signal,
        log: async () => {},
    });
    const subject = { operation, urn: urnOf(name) };
    const inputs = { instanceId, region: "cn-hangzhou", timeoutSeconds: 20, ...args };
    if (isInterrupting === true) {
        const access = await accessOf(env, inputs);
        const sleep = async () => {};
        const other = { instanceId, access, disruptive: true, id: "other", tokenAgeMs: 0, sleep };
        await new Visit(other).interrupt("first");
    }
    const before = emulator.ledger.effectsOn(instanceId).length;
    if (fault !== undefined) {
        emulator.faults.add({ operation, instanceId, calls: 1, fault });
    }
    /** What the result claims is what has happened. */
    function expectTruth(result: ApplyResult): ApplyResult {
        const { status } = emulator.instance(instanceId);
        const effects = emulator.ledger.effectsOn(instanceId).slice(before);
        const tokens = effects.map(({ clientToken }) => clientToken);
        const what = `${name}, of an instance that is ${status}: ${JSON.stringify(result, undefined, 2)}`;
        assert.ok(effects.length <= 1, `more than one effect: ${what}`);
        switch (result.kind) {
            case "done": {
                const {
                    clientToken,
                    [descriptorOf(operation).resultProperty]: acted,
                    status: recorded,
                } = result.results;
                assert.deepEqual(tokens, acted === true ? [clientToken] : [], `a false success: ${what}`);
                assert.ok([status, "accepted"].includes(String(recorded)), `a false status: ${what}`);
                break;
            }
            case "pending":
                assert.equal(result.results.status, "pending", what);
                break;
            case "failed":
                assert.deepEqual(tokens, [], `done, and not recorded: ${what}`);
        }
        return result;
    }
    const first = expectTruth(await lifecycle.create(subject, inputs));
    expectTruth(
        first.kind === "failed"
            ? await lifecycle.create(subject, inputs)
            : await lifecycle.update(subject, { ...inputs, ...first.results }, inputs),
    );
}

describe("the provider", () => {
    for (const [id, { difference }] of Object.entries(differences)) {
        it(`reports what is true when the service differs in one assumption: ${id}`, () => play(difference));
    }
});
