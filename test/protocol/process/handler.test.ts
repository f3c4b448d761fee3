import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { pointer } from "../../provider/src/host/pointer";
import { CallError, Host, type Properties } from "./host";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const instanceId = "ls-cn-protocol0001";
const declared: Properties = {
    __provider: pointer,
    instanceId,
    region: "cn-hangzhou",
    triggers: ["v1"],
    resourceUrn: "urn:pulumi:dev::test::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt::pause",
};

describe("the pointer in state", () => {
    it("is this text, for ever", () => {
        assert.equal(
            pointer,
            "exports.handler=()=>{try{return require('pulumi-alicloud-logstash/handler')}catch(e){" +
                "return{check(){throw Error('Not a direct dependency? '+e)},delete(){}}}}",
        );
        assert.ok(Buffer.byteLength(pointer) <= 250);
    });

    describe("where the package cannot be loaded", () => {
        let host: Host;
        let elsewhere: string;

        before(async () => {
            elsewhere = mkdtempSync(join(tmpdir(), "logstash-elsewhere-"));
            host = await Host.start({ cwd: elsewhere });
        });
        after(async () => {
            await host.stop();
            rmSync(elsewhere, { recursive: true });
        });

        it("still deletes", () => host.delete({ ...declared, clientToken: "t", status: "suspended" }));

        it("says why nothing else can be done, and what to do", async () => {
            await assert.rejects(
                host.check({}, declared),
                /Not a direct dependency\? Error: Cannot find module 'pulumi-alicloud-logstash\/handler'/,
            );
        });

        it("creates nothing, whoever asks without a check", () => assert.rejects(host.create(declared)));
    });
});

describe("the provider in the SDK's own server", () => {
    let emulator: Emulator;
    let host: Host;

    before(async () => {
        emulator = await startEmulator();
        host = await Host.start({ config: configFor(emulator) });
    });
    after(async () => {
        await host.stop();
        await emulator.stop();
    });
    beforeEach(() => emulator.addInstance({ instanceId, region: "cn-hangzhou", status: "activating" }));

    describe("check", () => {
        it("takes the region from the stack configuration", async () => {
            const { region: _, ...without } = declared;
            assert.deepEqual(await host.check({}, without), { inputs: declared, failures: [] });
        });

        it("keeps a recorded region as long as the instance is the same", async () => {
            const { region: _, ...without } = declared;
            const olds = { ...declared, region: "cn-beijing" };
            assert.equal((await host.check(olds, without)).inputs.region, "cn-beijing");
            const other = { ...without, instanceId: "ls-cn-other0001" };
            assert.equal((await host.check(olds, other)).inputs.region, "cn-hangzhou");
        });

        it("says how to give a region when there is none", async () => {
            const bare = await Host.start({});
            try {
                const { region: _, ...without } = declared;
                const { failures } = await bare.check({}, without);
                assert.equal(failures.length, 1);
                assert.match(failures[0] ?? "", /region: is not set.*alicloud:region.*ALIBABA_CLOUD_REGION/);
            } finally {
                await bare.stop();
            }
        });

        it("says what is wrong with the endpoint, before anything is sent", async () => {
            const elasticsearch = "elasticsearch-vpc.{region}.aliyuncs.com";
            const endpoints = JSON.stringify([{ elasticsearch }]);
            const wrong = await Host.start({ config: { ...configFor(emulator), "alicloud:endpoints": endpoints } });
            try {
                const { failures } = await wrong.check({}, declared);
                assert.equal(failures.length, 1);
                assert.match(failures[0] ?? "", /`alicloud:endpoints\[0\]\.elasticsearch` must be a host/);
            } finally {
                await wrong.stop();
            }
        });

        it("names no property to the engine, which would print its value", async () => {
            const { failures } = await host.check({}, { ...declared, clientToken: "s3cret" });
            assert.match(failures.join(), /^\|clientToken: cannot be given together/);
        });

        it("sends nothing and lets unknown values pass", async () => {
            const before = emulator.ledger.requests.length;
            const { failures } = await host.check({}, { ...declared, instanceId: unknown, triggers: [{ a: unknown }] });
            assert.deepEqual(failures, []);
            assert.equal(emulator.ledger.requests.length, before);
        });
    });

    describe("create and update", () => {
        it("interrupts with the derived token and records how it ended", async () => {
            const { id, outs } = await host.create(declared);
            const [effect] = emulator.ledger.effectsOn(instanceId).slice(-1);
            assert.equal(id, instanceId);
            assert.equal(effect?.clientToken, outs.clientToken);
            assert.match(String(outs.clientToken), /^[0-9a-f]{64}$/);
            assert.equal(outs.status, "suspended");
            assert.equal(outs.interrupted, true);
            assert.equal(outs.requestId, effect?.requestId);
            assert.ok(!Number.isNaN(Date.parse(String(outs.interruptedAt))));
        });

        it("sends an explicit token as it is", async () => {
            const { triggers: _, ...rest } = declared;
            const { outs } = await host.create({ ...rest, instanceId, clientToken: "my ~token/1" });
            assert.equal(outs.clientToken, "my ~token/1");
            assert.equal(emulator.ledger.effectsOn(instanceId).at(-1)?.clientToken, "my ~token/1");
        });

        it("refuses with the code, the request ID, the instance, the region and what to do", async () => {
            const error = await failureOf(host.create({ ...declared, instanceId: "ls-cn-nosuch0001" }));
            const [request] = emulator.ledger.requestsTo("InterruptLogstashTask", "ls-cn-nosuch0001");
            assert.equal(error.initFailure, undefined);
            assert.match(error.message, /^InterruptLogstashTask on ls-cn-nosuch0001 in cn-hangzhou: refused\n/);
            assert.match(error.message, /code: +InstanceNotFound \(HTTP 404\)\n/);
            assert.match(error.message, new RegExp(`request ID: +${request?.requestId}\n`));
            assert.match(error.message, /fix: +`instanceId` and `region` must name an existing/);
        });

        it("fails for `Result: false`", async () => {
            emulator.faults.add({ instanceId, operation: "InterruptLogstashTask", fault: { kind: "result-false" } });
            const error = await failureOf(host.create({ ...declared, triggers: ["false"] }));
            assert.equal(error.initFailure, undefined);
            assert.match(error.message, /code: +Result is false/);
            emulator.faults.clear();
        });

        it("keeps the result and sends nothing when only settings change", async () => {
            const { outs } = await host.create({ ...declared, triggers: ["kept"] });
            const before = emulator.ledger.requests.length;
            const { triggers: _, ...news } = declared;
            const updated = await host.update({ __provider: pointer, ...outs }, news);
            const { triggers: __, ...expected } = outs;
            assert.deepEqual(updated, expected);
            assert.equal(emulator.ledger.requests.length, before);
        });
    });

    it("fails with the ways to give credentials when there are none", async () => {
        const { "alicloud:accessKey": _, "alicloud:secretKey": __, ...config } = configFor(emulator);
        const bare = await Host.start({ config });
        try {
            const error = await failureOf(bare.create(declared));
            assert.match(
                error.message,
                /^InterruptLogstashTask on ls-cn-protocol0001 in cn-hangzhou: not sent: no Alibaba Cloud credentials/,
            );
            assert.match(error.message, /alicloud:accessKey[\s\S]*ALIBABA_CLOUD_ACCESS_KEY_ID/);
        } finally {
            await bare.stop();
        }
    });
});

function configFor(emulator: Emulator): Record<string, string> {
    return {
        "alicloud:region": "cn-hangzhou",
        "alicloud:accessKey": testAccount.accessKeyId,
        "alicloud:secretKey": testAccount.accessKeySecret,
        "alicloud:endpoints": JSON.stringify([{ elasticsearch: emulator.url }]),
    };
}

async function failureOf(call: Promise<unknown>): Promise<CallError> {
    const error = await call.then(
        () => assert.fail("the call should have failed"),
        (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof CallError);
    return error;
}
