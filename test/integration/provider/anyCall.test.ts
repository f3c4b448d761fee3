import { strict as assert } from "node:assert";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import fc, { type Arbitrary } from "fast-check";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { runsOf } from "../../support/propertyRuns";
import { stackConfigurationFor } from "../../support/stackConfiguration";
import { interruptType, resumeType, urnOf } from "../../support/urns";
import { anyValue, marker, nested, unknown } from "./anyValue";
import { CallError, type Properties } from "./calls";
import { Host } from "./host";

const instanceId = "ls-cn-anycall0001";
const suspendedId = "ls-cn-anycall0002";
/** Longer than any message of ours, and shorter than what makes a gRPC response fail. */
const longestError = 4_000;

const base = { __provider: providerStub, region: "cn-hangzhou", timeoutSeconds: 1 };
const interrupt: Properties = { ...base, instanceId, resourceUrn: urnOf("pause"), triggers: ["v1"] };
const go = { ...base, instanceId: suspendedId, resourceUrn: urnOf("go", { type: resumeType }) };
const resume: Properties = { ...go, triggers: ["v1"] };
const resumeByInterruption: Properties = { ...go, interruption: `${suspendedId}/t` };
const result = { clientToken: "t", requestId: "R" };
const at = "2026-01-01T00:00:00.000Z";
const interrupted = { ...result, status: "suspended", interrupted: true, interruptedAt: at, interruption: "x/t" };
const resumed = { ...result, status: "activating", resumed: true, resumedAt: at, resumedInterruption: "x/t" };

type Method = "check" | "diff" | "create" | "update" | "delete";
const methods: readonly Method[] = ["check", "diff", "create", "update", "delete"];

describe("a call of an engine", () => {
    const { numRuns, seed = randomInt(2 ** 31) } = runsOf(80);
    let emulator: Emulator;
    let host: Host;

    before(async () => {
        console.log(`    seed ${seed}`);
        emulator = await startEmulator();
        emulator.addInstance({ instanceId });
        emulator.addInstance({ instanceId: suspendedId, status: "suspended" });
        const config = { ...stackConfigurationFor(emulator), "alicloud-logstash:requestsPerSecond": "100000" };
        host = await Host.start({ config, stderr: "pipe" });
        // The server prints there what it responds with an error to.
        host.process.stderr?.resume();
    });
    after(async () => {
        await host.stop();
        await emulator.stop();
    });
    afterEach("the server is alive", async () => {
        assert.deepEqual([host.process.exitCode, host.process.signalCode], [null, null]);
        assert.deepEqual(await host.check(interrupt, interrupt), { inputs: interrupt, failures: [] });
    });

    /** The outputs of a call, or none; its errors and failures are safe to print. */
    async function outputsOf(method: Method, olds: Properties, news: Properties): Promise<Properties | undefined> {
        try {
            switch (method) {
                case "check": {
                    const { inputs, failures } = await host.check(olds, news);
                    expectSafe(failures.join("\n"));
                    return failures.length === 0 ? inputs : undefined;
                }
                case "create":
                    return (await host.create(news)).outs;
                case "update":
                    return await host.update(olds, news);
                case "diff":
                case "delete":
                    await host[method](olds, news);
                    return {};
            }
        } catch (error) {
            if (!(error instanceof CallError)) {
                throw error;
            }
            expectSafe(error.message);
            return undefined;
        }
    }

    it("has the configuration when it is one of many before anything else", async () => {
        const { region: _, ...elsewhere } = interrupt;
        const regions = Array.from({ length: 20 }, async (_each, n) => {
            const news = { ...(n % 2 === 0 ? elsewhere : interrupt), triggers: [n] };
            return (await outputsOf(n % 2 === 0 ? "check" : "create", {}, news))?.region;
        });
        assert.deepEqual([...new Set(await Promise.all(regions))], ["cn-hangzhou"]);
    });

    it("claims nothing that was not sent, whatever the arguments and the record are", async () => {
        const bundle = fc.oneof(
            ...[interrupt, resume, resumeByInterruption].map(mutated),
            mutated({ ...interrupt, ...interrupted }),
            mutated({ ...resumeByInterruption, ...resumed }),
        );
        const reached = new Set<Method>();
        const call = fc.record({ method: fc.constantFrom(...methods), olds: bundle, news: bundle });
        const property = fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async (together) => {
            emulator.setStatus(instanceId, "activating");
            emulator.setStatus(suspendedId, "suspended");
            await Promise.all(
                together.map(async ({ method, olds, news }) => {
                    // The engine sends nothing on that was refused, but a record may be anything.
                    const inputs = await outputsOf("check", olds, news);
                    if (inputs !== undefined) {
                        const sent = emulator.ledger.requests.length;
                        expectTruth(method, olds, await outputsOf(method, olds, inputs), sent);
                        reached.add(method);
                    }
                }),
            );
        });
        await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 60_000 });
        assert.equal(reached.size, methods.length);
    });

    it("names the type in one line when it is one of another release", async () => {
        const type = `pulumi-nodejs:dynamic/alicloud-logstash:Logstash\nTask${"X".repeat(10_000)}`;
        const checking = host.check({}, { ...interrupt, resourceUrn: urnOf("pause", { type }) });
        await assert.rejects(checking, ({ message }: Error) => {
            expectSafe(message);
            return /^this version of .* has no resource of the type ".*Logstash TaskX+…"$/.test(message);
        });
    });

    it("gets a response when values are deep, many, or megabytes", async () => {
        const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`key${n}`, n]));
        const huge = marker.repeat((4 * 1_048_576) / marker.length);
        assert.equal(await outputsOf("check", {}, { ...interrupt, clientToken: huge }), undefined);
        for (const value of [nested(100), many, huge]) {
            for (const method of ["check", "diff"] as const) {
                await outputsOf(method, interrupt, { ...interrupt, triggers: [value], extra: value });
            }
            const sent = emulator.ledger.requests.length;
            const outputs = await outputsOf("create", {}, { ...interrupt, triggers: [value] });
            expectTruth("create", {}, outputs, sent);
            assert.deepEqual(outputs?.triggers, [value]);
        }
    });

    it("reads every state of every release, and deletes it whatever is missing in it", async () => {
        const folder = join(__dirname, "..", "..", "e2e", "promises", "states");
        const records = readdirSync(folder).flatMap((file) => recordsIn(join(folder, file)));
        assert.ok(records.length > 0);
        const sent = emulator.ledger.requests.length;
        const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
        for (const { inputs, outputs } of records) {
            assert.deepEqual(await host.check(inputs, inputs), { inputs, failures: [] });
            const isPending = outputs.status === "pending";
            const expected = { changes: isPending ? DIFF_SOME : DIFF_NONE, replaces: [] };
            assert.deepEqual(await host.diff(outputs, inputs), expected);
            if (!isPending) {
                const news: Properties = { ...inputs, timeoutSeconds: 77 };
                const { resourceUrn: _, ...kept } = news;
                assert.deepEqual(await host.update(outputs, news), { ...outputs, ...kept });
            }
            for (const name of Object.keys(outputs).filter((each) => each !== "__provider")) {
                const { [name]: _, ...rest } = outputs;
                await host.delete(rest);
            }
        }
        assert.equal(emulator.ledger.requests.length, sent);
    });

    /** What outputs claim of a request is in the ledger. */
    function expectTruth(method: Method, olds: Properties, outputs: Properties | undefined, sentBefore: number): void {
        if (outputs === undefined || (method !== "create" && method !== "update")) {
            return;
        }
        const { clientToken, status } = outputs;
        const isNew = method === "create" || !isDeepStrictEqual(clientToken ?? olds.clientToken, olds.clientToken);
        if (!isNew || status === "none") {
            return;
        }
        const { ledger } = emulator;
        assert.notEqual(status, "pending");
        const sent = ledger.requests.slice(sentBefore);
        assert.ok(
            sent.some((request) => request.clientToken === clientToken),
            `nothing was sent for ${fc.stringify(outputs)}`,
        );
        // A request that supersedes one with an unknown outcome may claim the effect of that one.
        if ((outputs.interrupted ?? outputs.resumed) === true && olds.status !== "pending") {
            const effects = ledger.effects.filter((effect) => effect.clientToken === clientToken);
            assert.equal(effects.length, 1, fc.stringify(outputs));
        }
    }
});

/** Values that a property may well have. */
const plausible = new Map<string, Arbitrary<unknown>>(
    Object.entries({
        triggers: fc.array(anyValue, { maxLength: 3 }),
        clientToken: fc.constantFrom("mine", "~", unknown),
        region: fc.constantFrom("cn-hangzhou", "cn-beijing", unknown),
        instanceId: fc.constantFrom(instanceId, suspendedId, "ls-cn-nosuch0001", unknown),
        whenIdle: fc.constantFrom("skip", "fail"),
        waitForSuspended: fc.boolean(),
        interruption: fc.constantFrom("", `${suspendedId}/t`, `${suspendedId}/u`, unknown),
        resumedInterruption: fc.constantFrom(`${suspendedId}/t`, `${suspendedId}/u`),
        status: fc.constantFrom("pending", "suspended", "none"),
    }),
);

/** A bundle with some properties missing, some of any value, and some more. */
function mutated(properties: Properties): Arbitrary<Properties> {
    // A time limit that `check` would refuse may be one of days.
    const names = Object.keys(properties).filter((name) => name !== "__provider" && name !== "timeoutSeconds");
    const others = ["profile", "interruptedAt", "extra", "__proto__", "constructor"];
    const changes = fc
        .constantFrom(...names, ...plausible.keys(), ...plausible.keys(), ...others)
        .chain((name) => fc.tuple(fc.constant(name), fc.oneof(plausible.get(name) ?? anyValue, anyValue)));
    return fc
        .tuple(fc.subarray(names, { maxLength: 1 }), fc.array(changes, { maxLength: 2 }))
        .map(([missing, changed]) => {
            const kept = Object.entries(properties).filter(([name]) => !missing.includes(name));
            return Object.fromEntries([...kept, ...changed]);
        });
}

/** The records of our resources in an exported state. */
function recordsIn(file: string): readonly { readonly inputs: Properties; readonly outputs: Properties }[] {
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as {
        deployment: { resources: { type: string; inputs: Properties; outputs: Properties }[] };
    };
    return deployment.resources.filter(({ type }) => type === interruptType || type === resumeType);
}

/** A message is short, and shows no value of the program, no secret and no stack. */
function expectSafe(message: string): void {
    assert.ok(message.length <= longestError, `${message.length} characters: ${message.slice(0, 200)}`);
    assert.ok(!message.includes(marker), "a value is shown");
    assert.ok(!message.includes(testAccount.accessKeySecret), "a secret is shown");
    assert.doesNotMatch(message, /\n +at /, "a stack is shown");
}
