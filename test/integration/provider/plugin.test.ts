import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { deriveToken } from "../../../provider/src/lifecycle/token";
import { startPlugin } from "../../../provider/src/plugin/server";
import { pluginInterruptType, pluginResumeType, urnOf } from "../../support/urns";
import { pluginConfigFor } from "./frontEnds";
import { call, failureOf, Host, type Properties, plain, pluginVariable, servers, struct } from "./host";
import { until } from "./until";
import { archive, asset, secret, unknown } from "./values";

const operation = "InterruptLogstashTask";
const region = "cn-hangzhou";
const urn = urnOf("pause", { type: pluginInterruptType });
const root = join(dirname(servers.plugin), "..");

// What both front ends promise is in frontEnds.test.ts.
describe("the plugin", () => {
    let emulator: Emulator;
    let host: Host;
    let instances = 0;

    before(async () => {
        emulator = await startEmulator();
        host = await Host.ofPlugin({ urn, config: pluginConfigFor(emulator) });
    });
    after(async () => {
        await host.stop();
        await emulator.stop();
    });

    function instance(options: { readonly interruptMs?: number } = {}): string {
        instances += 1;
        const instanceId = `ls-cn-plugin${instances}`;
        emulator.addInstance({ instanceId, region, status: "activating", ...options });
        return instanceId;
    }
    const tokensOn = (instanceId: string) =>
        emulator.ledger.requestsTo(operation, instanceId).map(({ clientToken }) => clientToken);
    const failuresOf = async (provider: Host, more: Properties) =>
        (await provider.check({}, { instanceId: "ls-cn-1", ...more })).failures.join("\n");

    describe("with values of Pulumi's own", () => {
        it("derives the token from plain values, and keeps and records secrets in envelopes", async () => {
            const instanceId = instance();
            const triggers = ["v1", { nested: secret({ a: ["v1"] }) }];
            const inputs = { instanceId: secret(instanceId), region, triggers };
            assert.deepEqual(await host.check({}, inputs), { inputs, failures: [] });
            const { outs } = await host.create(inputs);
            const subject = ["v1", { nested: { a: ["v1"] } }];
            const derived = deriveToken({ operation, urn, region, instanceId, subject });
            assert.deepEqual([outs.clientToken, outs.triggers], [derived, triggers]);
            const { DIFF_NONE, DIFF_UNKNOWN } = rpc.DiffResponse.DiffChanges;
            assert.equal((await host.diff(outs, inputs)).changes, DIFF_NONE);
            const changed = { ...inputs, triggers: ["v1", { nested: secret({ a: ["v2"] }) }] };
            assert.equal((await host.diff(outs, changed)).changes, DIFF_UNKNOWN);
        });

        it("replaces an asset by the hash of its content, and refuses what has none", async () => {
            const hash = createHash("sha256").update("content").digest("hex");
            const triggers = [secret([asset({ hash, path: "a" })])];
            const { inputs } = await host.check({}, { instanceId: "ls-cn-1", triggers });
            assert.deepEqual(inputs.triggers, [secret([hash])]);
            const remote = asset({ hash, uri: "https://a.test/a" });
            for (const odd of [asset({ path: "a" }), remote, archive({ hash, path: "a" })]) {
                const refusal = /^\|triggers\[0\] is an (asset whose content is not known|archive)/;
                assert.match(await failuresOf(host, { triggers: [odd] }), refusal);
            }
        });

        it("refuses a token that is a secret, without its value", async () => {
            const failures = await failuresOf(host, { clientToken: secret("s3cret") });
            assert.match(failures, /^\|clientToken: is a secret/);
            assert.doesNotMatch(failures, /s3cret/);
        });

        it("refuses triggers by their path when they are longer than a usual message", async () => {
            const triggers = ["x".repeat(5 * 2 ** 20)];
            assert.match(await failuresOf(host, { triggers }), /^\|triggers: has more than 100 kB in all/);
        });
    });

    it("goes on with a record of the dynamic form, and drops what only that form needs", async () => {
        const instanceId = instance();
        const news = { instanceId, region, triggers: ["v1"] };
        const previousToken = "before";
        const ofDynamicForm = { resourceUrn: urnOf("pause"), __provider: "a stub" };
        const olds = { ...news, ...ofDynamicForm, status: "suspended", clientToken: previousToken };
        assert.equal((await host.diff(olds, news)).changes, rpc.DiffResponse.DiffChanges.DIFF_NONE);
        const updated = await host.update(olds, { ...news, triggers: ["v2"] });
        const derived = deriveToken({ operation, urn, region, instanceId, subject: ["v2"], previousToken });
        assert.deepEqual(tokensOn(instanceId), [derived]);
        const { clientToken, resourceUrn, __provider } = updated;
        assert.deepEqual([clientToken, resourceUrn, __provider], [derived, undefined, undefined]);
    });

    it("takes the time of `customTimeouts`, names it, and sends nothing when it is out of bounds", async () => {
        const instanceId = instance({ interruptMs: 60_000 });
        const inputs = { instanceId, region, timeoutSeconds: 600 };
        for (const seconds of [0.5, 86_401]) {
            const { message } = await failureOf(host.create(inputs, { seconds }));
            assert.match(message, /^customTimeouts\.create: .* whole number of seconds from 1 to/);
        }
        assert.deepEqual(tokensOn(instanceId), []);
        const { message, initFailure } = await failureOf(host.create(inputs, { seconds: 1 }));
        assert.match(message, /after 1 s .*`customTimeouts\.create`/);
        const updating = host.update(initFailure?.properties ?? {}, inputs, { seconds: 1 });
        assert.match((await failureOf(updating)).message, /after 1 s .*`customTimeouts\.update`/);
        assert.equal(tokensOn(instanceId).length, 1);
    });

    it("sends nothing in a preview, and returns what is known", async () => {
        const inputs = { instanceId: instance(), region, triggers: [secret("v1")] };
        const results = { clientToken: unknown, requestId: unknown, status: unknown, interrupted: unknown };
        const undecided = { ...results, interruptedAt: unknown, interruption: unknown };
        const preview = { isPreview: true };
        assert.deepEqual((await host.create(inputs, preview)).outs, { ...inputs, ...undecided });
        const nothing = { instanceId: inputs.instanceId, region, interruption: "" };
        const { outs } = await host.of(urnOf("go", { type: pluginResumeType })).create(nothing, preview);
        assert.deepEqual(outs, { ...nothing, status: "none", resumed: false });
        const recorded = { clientToken: "T", status: "suspended", interrupted: false };
        const triggered = { ...inputs, triggers: ["v2"] };
        const updated = await host.update({ ...inputs, ...recorded }, triggered, preview);
        assert.deepEqual(updated, { ...triggered, ...undecided });
        const configured = { ...inputs, timeoutSeconds: 9 };
        const kept = await host.update({ ...inputs, ...recorded }, configured, preview);
        assert.deepEqual(kept, { ...configured, ...recorded });
        assert.deepEqual(tokensOn(inputs.instanceId), []);
    });

    it("names the arguments of a declared provider, and no key of the stack, when they are wrong", async () => {
        const config = { acessKey: secret("LTAI-canary"), endpoints: "none" };
        const wrong = await Host.ofPlugin({ urn, provider: "other", config });
        try {
            const failures = await failuresOf(wrong, {});
            assert.match(failures, /"acessKey" is not an argument of this provider; known are accessKey, secretKey/);
            assert.match(failures, /region: is not set.*the provider's `region`/);
            assert.match(failures, /the provider's `endpoints` must be an object/);
            assert.doesNotMatch(failures, /canary|pulumi config/);
        } finally {
            await wrong.stop();
        }
    });

    describe("in the provider protocol", () => {
        it("returns the version and the schema of its package", async () => {
            const info = await call<PluginInfo>((done) => host.client.getPluginInfo(new Empty(), done));
            const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
            assert.equal(info.getVersion(), version);
            const request = new rpc.GetSchemaRequest();
            const schema = await call<rpc.GetSchemaResponse>((done) => host.client.getSchema(request, done));
            assert.equal(schema.getSchema(), readFileSync(join(root, "schema.json"), "utf8"));
        });

        it("accepts secrets, and resources so that it can refuse them", async () => {
            const request = new rpc.ConfigureRequest();
            request.setName("default");
            request.setArgs(struct(pluginConfigFor(emulator)));
            const response = await call<rpc.ConfigureResponse>((done) => host.client.configure(request, done));
            assert.deepEqual([response.getAcceptsecrets(), response.getAcceptresources()], [true, true]);
        });

        it("keeps inputs and outputs on a refresh, and refuses an import", async () => {
            const [inputs, outputs] = [{ instanceId: "ls-cn-1" }, { instanceId: "ls-cn-1", status: "suspended" }];
            const request = new rpc.ReadRequest();
            request.setId("ls-cn-1");
            request.setUrn(urn);
            const read = () => call<rpc.ReadResponse>((done) => host.client.read(request, done));
            await assert.rejects(read(), /neither imported nor read by ID/);
            request.setProperties(struct(outputs));
            request.setInputs(struct(inputs));
            const response = await read();
            assert.deepEqual([response.getId(), plain(response.getInputs())], ["ls-cn-1", inputs]);
            assert.deepEqual(plain(response.getProperties()), outputs);
        });

        // In a process of its own, a plugin has a prototype of its own.
        if (process.env[pluginVariable] === undefined) {
            it("is configured as the default provider when an older SDK knows no name of the provider", async () => {
                const { prototype } = rpc.ConfigureRequest;
                const hasName = Object.getOwnPropertyDescriptor(prototype, "hasName") ?? assert.fail("there is none");
                Reflect.deleteProperty(prototype, "hasName");
                const older = await Host.ofPlugin({ urn, provider: "mine", config: { regoin: "cn-beijing" } });
                Object.defineProperty(prototype, "hasName", hasName);
                const failures = await failuresOf(older, { region }).finally(() => older.stop());
                assert.match(failures, /"regoin" is not a key under alicloud-logstash:/);
            });
        }
    });

    it("serves nothing when it is closed", async () => {
        const closed = await startPlugin({ argv: [], env: {} }, new AbortController().signal);
        closed.close();
        await assert.rejects(once(connect(closed.port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
    });

    describe("whose engine is lost", () => {
        it("ends when its standard input ends, and calls nobody any more", async () => {
            const instanceId = instance({ interruptMs: 60_000 });
            const lost = await Host.start({ server: "plugin", urn, config: pluginConfigFor(emulator) });
            const creating = failureOf(lost.create({ instanceId, region }));
            await until(() => emulator.ledger.effectsOn(instanceId).length > 0);
            lost.process.stdin?.end();
            await once(lost.process, "exit");
            assert.match((await creating).message, /the deployment was stopped/);
            await lost.stop();
        });

        for (const output of ["ignore", "pipe"] as const) {
            it(`ends at once when the port is not open yet, and its output is of type "${output}"`, async () => {
                const starting = spawn(process.execPath, [servers.plugin, "127.0.0.1:1"], {
                    stdio: ["pipe", output, "pipe"],
                });
                const timer = setTimeout(() => starting.kill("SIGKILL"), 10_000);
                starting.stdout?.destroy();
                starting.stdin?.destroy();
                assert.deepEqual(await once(starting, "exit"), [1, null]);
                clearTimeout(timer);
            });
        }
    });
});
