import { strict as assert } from "node:assert";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type CallOptions, status as grpcStatus, Metadata, type ServiceError } from "@grpc/grpc-js";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import fc, { type Arbitrary } from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../provider/src/dynamic/providerStub";
import { runsOf } from "../support/propertyRuns";
import { stackConfigurationFor } from "../support/stackConfiguration";
import { interruptType, resumeType, urnOf } from "../support/urns";
import { anyValue, marker, nested, secret, unknown } from "./anyValue";
import { Host } from "./host";

type Properties = Readonly<Record<string, unknown>>;

/** What came back: an error's text, or the properties in an answer. */
type Answer = { readonly error: string } | { readonly properties: Properties; readonly failures: readonly string[] };

const instanceId = "ls-cn-anycall0001";
const suspendedId = "ls-cn-anycall0002";
const deadlineMs = 20_000;
/** Longer than any message of ours, and shorter than what makes a gRPC answer fail. */
const longestError = 4_000;

const interrupt: Properties = {
    __provider: providerStub,
    resourceUrn: urnOf("pause"),
    instanceId,
    region: "cn-hangzhou",
    triggers: ["v1"],
    timeoutSeconds: 1,
};
const resume: Properties = {
    ...interrupt,
    instanceId: suspendedId,
    resourceUrn: urnOf("go", { type: resumeType }),
};

const { triggers: _triggers, ...resumeArgs } = resume;
const resumeByInterruption: Properties = { ...resumeArgs, interruption: `${suspendedId}/t` };

/** Values of another type than an argument has, by argument. */
const wrongTypes: Readonly<Record<string, readonly unknown[]>> = {
    instanceId: [7, true, [], {}, "", "../x", "a/b", "es-cn-1", "ls\n", secret(marker), `${marker}\ud800`],
    region: [7, true, [], {}, "", "CN", "cn hangzhou", "cn-hangzhou\r\nx: y", secret(marker)],
    triggers: [7, true, {}, "v1", secret(["v1"]), [secret("v1")], [{ a: [secret("v1")] }]],
    clientToken: [7, true, [], {}, "", "ü", "a\nb", "x".repeat(65), secret(marker)],
    timeoutSeconds: [true, [], {}, "1", 0, -1, 1.5, 86_401, Number.MAX_VALUE, secret(1)],
    profile: [7, true, [], {}, "", secret(marker)],
    waitForSuspended: [0, "true", [], {}, secret(true)],
    whenIdle: [0, true, [], {}, "", "Skip", secret("skip")],
    interruption: [7, true, [], {}, "t", "/t", marker, `ls-cn-other/${marker}`, secret(marker)],
};

describe("a call of an engine, whatever is in it", () => {
    const { numRuns, seed = randomInt(2 ** 31) } = runsOf(80);
    let emulator: Emulator;
    let host: Host;

    before(async () => {
        console.log(`    seed ${seed}`);
        emulator = await startEmulator();
        emulator.addInstance({ instanceId });
        emulator.addInstance({ instanceId: suspendedId, status: "suspended" });
        host = await Host.start({
            config: {
                ...stackConfigurationFor(emulator),
                "alicloud-logstash:requestsPerSecond": "100000",
            },
            stderr: "pipe",
        });
        // Kept apart: the server prints there what it answers with an error.
        host.process.stderr?.resume();
    });
    after(async () => {
        await host.stop();
        await emulator.stop();
    });
    afterEach("the server goes on", async () => {
        assert.deepEqual([host.process.exitCode, host.process.signalCode], [null, null]);
        assert.deepEqual(await calls.check(interrupt, interrupt), { properties: interrupt, failures: [] });
    });

    /** The methods with two bundles of properties each. */
    const calls = {
        async check(olds: Properties, news: Properties): Promise<Answer> {
            const request = new rpc.CheckRequest();
            request.setOlds(struct(olds));
            request.setNews(struct(news));
            return answer<rpc.CheckResponse>(
                (done) => host.client.check(request, new Metadata(), deadline(), done),
                (response) => ({
                    properties: plain(response.getInputs()),
                    failures: response.getFailuresList().map((failure) => failure.getReason()),
                }),
            );
        },
        async diff(olds: Properties, news: Properties): Promise<Answer> {
            const request = new rpc.DiffRequest();
            request.setId(instanceId);
            request.setOlds(struct(olds));
            request.setNews(struct(news));
            return answer<rpc.DiffResponse>(
                (done) => host.client.diff(request, new Metadata(), deadline(), done),
                (response) => ({
                    properties: { changes: response.getChanges(), replaces: response.getReplacesList() },
                    failures: [],
                }),
            );
        },
        async create(_olds: Properties, news: Properties): Promise<Answer> {
            const request = new rpc.CreateRequest();
            request.setProperties(struct(news));
            return answer<rpc.CreateResponse>(
                (done) => host.client.create(request, new Metadata(), deadline(), done),
                (response) => ({ properties: plain(response.getProperties()), failures: [] }),
            );
        },
        async update(olds: Properties, news: Properties): Promise<Answer> {
            const request = new rpc.UpdateRequest();
            request.setId(instanceId);
            request.setOlds(struct(olds));
            request.setNews(struct(news));
            return answer<rpc.UpdateResponse>(
                (done) => host.client.update(request, new Metadata(), deadline(), done),
                (response) => ({ properties: plain(response.getProperties()), failures: [] }),
            );
        },
        async delete(olds: Properties): Promise<Answer> {
            const request = new rpc.DeleteRequest();
            request.setId(instanceId);
            request.setProperties(struct(olds));
            return answer(
                (done) => host.client.delete(request, new Metadata(), deadline(), done),
                () => ({ properties: {}, failures: [] }),
            );
        },
    };
    type Method = keyof typeof calls;
    const methods = Object.keys(calls) as Method[];

    it("before anything else, many at once: each has the configuration", async () => {
        const { region: _, ...elsewhere } = interrupt;
        const answers = await Promise.all(
            Array.from({ length: 20 }, (_each, n) =>
                n % 2 === 0
                    ? calls.check({}, { ...elsewhere, triggers: [n] })
                    : calls.create({}, { ...interrupt, triggers: [n] }),
            ),
        );
        for (const each of answers) {
            assert.ok("properties" in each && each.properties.region === "cn-hangzhou", JSON.stringify(each));
        }
    });

    for (const [name, values] of Object.entries(wrongTypes)) {
        it(`is refused for a wrong \`${name}\`, which is named and not shown`, async () => {
            for (const value of values) {
                const { triggers: _, ...rest } = argumentsWith(name);
                const answered = await calls.check(interrupt, { ...rest, [name]: value });
                assert.ok("failures" in answered, JSON.stringify(answered));
                assert.match(answered.failures.join("\n"), new RegExp(`^${name}(: |\\[)`, "m"), JSON.stringify(value));
                expectHarmless(answered.failures.join("\n"));
            }
        });
    }

    it("lets pass what is unknown, at any depth", async () => {
        for (const name of Object.keys(wrongTypes)) {
            const { triggers: _, ...rest } = argumentsWith(name);
            const answered = await calls.check(interrupt, { ...rest, [name]: unknown });
            assert.deepEqual("failures" in answered && answered.failures, [], name);
        }
        const answered = await calls.check({}, { ...interrupt, triggers: [{ a: [unknown] }, unknown] });
        assert.deepEqual("failures" in answered && answered.failures, []);
    });

    it("is answered truthfully, whatever the arguments and the record are", async () => {
        const bundle = fc.oneof(
            ...[interrupt, resume, resumeByInterruption, recordOf(interrupt)].map((base) => mutated(base)),
            mutated(recordOfResume(resumeByInterruption)),
        );
        const reached = { check: 0, diff: 0, create: 0, update: 0, delete: 0 };
        const call = fc.record({ method: fc.constantFrom(...methods), olds: bundle, news: bundle });
        const property = fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async (together) => {
            emulator.setStatus(instanceId, "activating");
            emulator.setStatus(suspendedId, "suspended");
            await Promise.all(
                together.map(async ({ method, olds, news }) => {
                    const checked = await calls.check(olds, news);
                    expectHarmless("error" in checked ? checked.error : checked.failures.join("\n"));
                    // As the engine does it: what is refused goes no further, but a record may be anything.
                    if ("properties" in checked && checked.failures.length === 0) {
                        const sent = emulator.ledger.requests.length;
                        const answered = await calls[method](olds, checked.properties);
                        expectTruth(answered, method, olds, sent);
                        reached[method] += 1;
                    }
                }),
            );
        });
        await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 60_000 });
        assert.ok(
            Object.values(reached).every((count) => count > 0),
            JSON.stringify(reached),
        );
    });

    it("for a type of another release names it in one line", async () => {
        const type = `pulumi-nodejs:dynamic/alicloud-logstash:Logstash\nTask${"X".repeat(10_000)}`;
        const answered = await calls.check({}, { ...interrupt, resourceUrn: urnOf("pause", { type }) });
        assert.ok("error" in answered);
        expectHarmless(answered.error);
        assert.match(
            answered.error,
            /^this version of .* has no resource of the type "pulumi-nodejs:.*Logstash TaskX+…"$/,
        );
    });

    it("is answered when values are deep, or many", async () => {
        const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`key${n}`, n]));
        for (const value of [nested(100), many]) {
            for (const name of ["instanceId", "triggers", "clientToken", "resourceUrn", "extra"]) {
                const news = { ...interrupt, [name]: value };
                for (const method of ["check", "diff", "delete"] as const) {
                    expectTruth(await calls[method](news, news), method, news, emulator.ledger.requests.length);
                }
            }
            await expectCreated([value]);
        }
    });

    it("is answered when a value has megabytes", async () => {
        const huge = marker.repeat((4 * 1_048_576) / marker.length);
        const news = { ...interrupt, clientToken: huge };
        expectTruth(await calls.check({}, news), "check", news, emulator.ledger.requests.length);
        await expectCreated([huge]);
    });

    async function expectCreated(triggers: readonly unknown[]): Promise<void> {
        const sent = emulator.ledger.requests.length;
        const answered = await calls.create({}, { ...interrupt, triggers });
        expectTruth(answered, "create", {}, sent);
        assert.deepEqual("properties" in answered && answered.properties.triggers, triggers);
    }

    it("reads every state of every release, and deletes it whatever is missing in it", async () => {
        const folder = join(__dirname, "..", "engine", "states");
        const records = readdirSync(folder).flatMap((file) => recordsIn(join(folder, file)));
        assert.ok(records.length > 0);
        const sent = emulator.ledger.requests.length;
        for (const { inputs, outputs } of records) {
            assert.deepEqual(await calls.check(inputs, inputs), { properties: inputs, failures: [] });
            const unchanged = await calls.diff(outputs, inputs);
            const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
            const changes = outputs.status === "pending" ? DIFF_SOME : DIFF_NONE;
            assert.deepEqual(unchanged, { properties: { changes, replaces: [] }, failures: [] });
            if (outputs.status !== "pending") {
                const news: Properties = { ...inputs, timeoutSeconds: 77 };
                const { resourceUrn: _, ...kept } = news;
                assert.deepEqual(await calls.update(outputs, news), {
                    properties: { ...outputs, ...kept },
                    failures: [],
                });
            }
            for (const name of Object.keys(outputs).filter((each) => each !== "__provider")) {
                const { [name]: _, ...rest } = outputs;
                assert.deepEqual(await calls.delete(rest), { properties: {}, failures: [] });
            }
        }
        assert.equal(emulator.ledger.requests.length, sent);
    });

    /** An answer that says that something was done has its effect or its look in the ledger. */
    function expectTruth(answered: Answer, method: Method, olds: Properties, sentBefore: number): void {
        if ("error" in answered) {
            expectHarmless(answered.error);
            return;
        }
        expectHarmless(answered.failures.join("\n"));
        const { ledger } = emulator;
        const sent = ledger.requests.slice(sentBefore);
        const { properties } = answered;
        switch (method) {
            case "create":
            case "update": {
                const token = properties.clientToken;
                const asked = method === "create" || !isDeepStrictEqual(token ?? olds.clientToken, olds.clientToken);
                if (!asked || properties.status === "none") {
                    return;
                }
                assert.notEqual(properties.status, "pending");
                assert.ok(
                    sent.some(({ clientToken }) => clientToken === token),
                    `nothing was sent for ${fc.stringify(properties)}`,
                );
                // What supersedes a request in doubt may have been done by that.
                if ((properties.interrupted ?? properties.resumed) === true && olds.status !== "pending") {
                    const effects = ledger.effects.filter(({ clientToken }) => clientToken === token);
                    assert.equal(effects.length, 1, fc.stringify(properties));
                }
                return;
            }
            case "check":
            case "diff":
            case "delete":
                // What others of the same moment have sent is no concern of theirs.
                return;
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
function mutated(base: Properties): Arbitrary<Properties> {
    // A budget that `check` would refuse may be one of days.
    const names = Object.keys(base).filter((name) => name !== "__provider" && name !== "timeoutSeconds");
    const others = ["profile", "interruptedAt", "extra", "__proto__", "constructor"];
    const changes = fc
        .constantFrom(...names, ...plausible.keys(), ...plausible.keys(), ...others)
        .chain((name) => fc.tuple(fc.constant(name), fc.oneof(plausible.get(name) ?? anyValue, anyValue)));
    return fc
        .tuple(fc.subarray(names, { maxLength: 1 }), fc.array(changes, { maxLength: 2 }))
        .map(([missing, changed]) => {
            const kept = Object.entries(base).filter(([name]) => !missing.includes(name));
            return Object.fromEntries([...kept, ...changed]);
        });
}

function recordOf(inputs: Properties): Properties {
    return {
        ...inputs,
        clientToken: "t",
        requestId: "R",
        status: "suspended",
        interrupted: true,
        interruptedAt: "2026-01-01T00:00:00.000Z",
        interruption: `${instanceId}/t`,
    };
}

function recordOfResume(inputs: Properties): Properties {
    return {
        ...inputs,
        clientToken: "t",
        requestId: "R",
        status: "activating",
        resumed: true,
        resumedAt: "2026-01-01T00:00:00.000Z",
        resumedInterruption: inputs.interruption,
    };
}

/** Right arguments of a resource that has one of this name. */
function argumentsWith(name: string): Properties {
    return name === "interruption" ? resumeByInterruption : interrupt;
}

/** The records of our resources in an exported state. */
function recordsIn(file: string): readonly { readonly inputs: Properties; readonly outputs: Properties }[] {
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as {
        deployment: { resources: { type: string; inputs: Properties; outputs: Properties }[] };
    };
    return deployment.resources.filter(({ type }) => type === interruptType || type === resumeType);
}

function expectHarmless(message: string): void {
    assert.ok(message.length <= longestError, `${message.length} characters: ${message.slice(0, 200)}`);
    assert.ok(!message.includes(marker), "a value is shown");
    assert.ok(!message.includes(testAccount.accessKeySecret), "a secret is shown");
    assert.doesNotMatch(message, /\n +at /, "a stack is shown");
}

/** An error is an answer as well, unless the call was cut off or nobody answered. */
function answer<T>(
    start: (done: (error: ServiceError | null, response: T) => void) => void,
    read: (response: T) => Answer,
): Promise<Answer> {
    return new Promise((resolve, reject) => {
        start((error, response) => {
            if (error === null) {
                resolve(read(response));
            } else if (error.code === grpcStatus.UNKNOWN) {
                resolve({ error: error.details });
            } else {
                reject(error);
            }
        });
    });
}

/** A call that is not answered by then hangs. */
function deadline(): CallOptions {
    return { deadline: Date.now() + deadlineMs };
}

function struct(properties: Properties): Struct {
    return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

function plain(properties: Struct | undefined): Properties {
    return properties?.toJavaScript() ?? {};
}
