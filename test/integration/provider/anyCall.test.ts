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
import { CallError, Host, type Properties } from "./host";
import { archive, asset, secret, signature, unknown } from "./values";

const instanceId = "ls-cn-anycall0001";
const suspendedId = "ls-cn-anycall0002";
const [used, other] = [`${suspendedId}/t`, `${suspendedId}/u`];
/** A value that no message may contain. It has a dot, because messages contain IDs, which have none. */
const marker = "s3cr3t.4d8e";
/** Longer than any message of ours, and shorter than what makes a gRPC response fail. */
const longestError = 4_000;

const base = { __provider: providerStub, region: "cn-hangzhou", timeoutSeconds: 1 };
const interrupt: Properties = { ...base, instanceId, resourceUrn: urnOf("pause"), triggers: ["v1"] };
const go = { ...base, instanceId: suspendedId, resourceUrn: urnOf("go", { type: resumeType }) };
const results = { clientToken: "t", requestId: "R", status: "suspended", interrupted: true, interruption: "x/t" };
const bundles: readonly Properties[] = [
    interrupt,
    { ...interrupt, ...results },
    { ...go, triggers: ["v1"] },
    { ...go, interruption: used },
    { ...go, interruption: used, clientToken: "t", status: "activating", resumed: true, resumedInterruption: used },
];

/** Properties that a bundle may well have. */
const plausible = fc.constantFrom<Properties>(
    ...["v2", { a: [unknown] }].map((trigger) => ({ triggers: [trigger] })),
    ...["mine", "~", unknown].map((clientToken) => ({ clientToken })),
    ...["cn-beijing", unknown].map((region) => ({ region })),
    ...[instanceId, suspendedId, "ls-cn-nosuch0001", unknown].map((id) => ({ instanceId: id })),
    ...["", other, unknown].map((interruption) => ({ interruption })),
    ...["pending", "none"].map((status) => ({ status })),
    { whenIdle: "skip" },
    { waitForSuspended: false },
    { resumedInterruption: other },
);

/** Any value that JSON and Pulumi's own marks can express. */
const anyValue = fc.oneof(
    fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }),
    fc.constantFrom<unknown>(
        ...["\ud800", "a\nb: c", "../..", "%00", "ls-cn-0?a=b#c", unknown, marker, 86_401, 2 ** 53],
        ...[asset({ hash: marker, text: marker }), archive({ hash: marker, path: marker })],
        ...[{ [signature]: "5cf8f73096256a8f31e491e813e4eb8e", urn: marker }, secret(marker), [{ a: secret(unknown) }]],
    ),
);

/** A bundle with a property missing, and others of any value. */
function mutated(properties: Properties): Arbitrary<Properties> {
    // A time limit that `check` would refuse may be one of days.
    const names = Object.keys(properties).filter((name) => name !== "__provider" && name !== "timeoutSeconds");
    const anyName = fc.constantFrom(...names, "profile", "extra", "__proto__", "constructor");
    const changes = fc.oneof(plausible, fc.dictionary(anyName, anyValue, { maxKeys: 2 }));
    return fc.tuple(fc.option(fc.constantFrom(...names)), changes).map(([missing, changed]) => {
        const kept = Object.entries(properties).filter(([name]) => name !== missing);
        return { ...Object.fromEntries(kept), ...changed };
    });
}

type Method = "check" | "diff" | "create" | "update";

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
        const calls = {
            check: async () => {
                const { inputs, failures } = await host.check(olds, news);
                expectSafe(failures.join("\n"));
                return failures.length === 0 ? inputs : undefined;
            },
            diff: async () => ({ ...(await host.diff(olds, news)) }),
            create: async () => (await host.create(news)).outs,
            update: () => host.update(olds, news),
        };
        try {
            return await calls[method]();
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
        const bundle = fc.oneof(...bundles.map(mutated));
        const reached = new Set<Method>();
        const call = fc.record({
            method: fc.constantFrom<Method>("diff", "create", "update"),
            olds: bundle,
            news: bundle,
        });
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
        assert.equal(reached.size, 3);
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
        if (outputs === undefined || method === "diff") {
            return;
        }
        const { clientToken, status } = outputs;
        const isNew = method === "create" || !isDeepStrictEqual(clientToken ?? olds.clientToken, olds.clientToken);
        if (!isNew || status === "none") {
            return;
        }
        const { ledger } = emulator;
        assert.notEqual(status, "pending");
        const sent = ledger.requests.slice(sentBefore).map((request) => request.clientToken);
        assert.ok(sent.includes(String(clientToken)), `nothing was sent for ${fc.stringify(outputs)}`);
        // A request that supersedes one with an unknown outcome may claim the effect of that one.
        if ((outputs.interrupted ?? outputs.resumed) === true && olds.status !== "pending") {
            const effects = ledger.effects.filter((effect) => effect.clientToken === clientToken);
            assert.equal(effects.length, 1, fc.stringify(outputs));
        }
    }
});

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
