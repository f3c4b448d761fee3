import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { deriveToken } from "../../../provider/src/lifecycle/token";
import { startPlugin } from "../../../provider/src/plugin/server";
import { structOf } from "../../../provider/src/plugin/values";
import { writeCliProfiles } from "../../support/cliProfiles";
import { pluginInterruptType, urnOf } from "../../support/urns";
import { secret, signature, unknown } from "./anyValue";
import { failureOf, type Properties } from "./calls";
import { pluginConfigFor } from "./frontEnds";
import { Host, pluginVariable, servers } from "./host";
import { until } from "./until";

const operation = "InterruptLogstashTask";
const region = "cn-hangzhou";
const urn = urnOf("pause", { type: pluginInterruptType });
const root = join(dirname(servers.plugin), "..");
const asset = (fields: object) => ({ [signature]: "c44067f5952c0a294b673a41bacd8c17", ...fields });
const archive = (fields: object) => ({ [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", ...fields });

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
    afterEach(() => emulator.faults.clear());

    function instance(options: { readonly interruptMs?: number } = {}): string {
        instances += 1;
        const instanceId = `ls-cn-plugin${instances}`;
        emulator.addInstance({ instanceId, region, status: "activating", ...options });
        return instanceId;
    }
    const tokensOn = (instanceId: string) =>
        emulator.ledger.requestsTo(operation, instanceId).map(({ clientToken }) => clientToken);
    async function using<T>(other: Promise<Host>, act: (other: Host) => Promise<T>): Promise<T> {
        const started = await other;
        try {
            return await act(started);
        } finally {
            await started.stop();
        }
    }

    describe("with values of Pulumi's own", () => {
        it("returns inputs with their secrets in envelopes", async () => {
            const news = { instanceId: secret("ls-cn-1"), triggers: ["v1", { nested: secret("s3cret") }] };
            assert.deepEqual(await host.check({}, news), { inputs: { ...news, region }, failures: [] });
        });

        it("derives the token from plain triggers, and records secrets in envelopes", async () => {
            const instanceId = instance();
            const inputs = { instanceId, region, triggers: [secret({ a: ["v1"] })] };
            const { outs } = await host.create(inputs);
            const derived = deriveToken({ operation, urn, region, instanceId, subject: [{ a: ["v1"] }] });
            assert.deepEqual([outs.clientToken, outs.triggers], [derived, inputs.triggers]);
            const { DIFF_NONE, DIFF_UNKNOWN } = rpc.DiffResponse.DiffChanges;
            assert.equal((await host.diff(outs, inputs)).changes, DIFF_NONE);
            const changed = { ...inputs, triggers: [secret({ a: ["v2"] })] };
            assert.equal((await host.diff(outs, changed)).changes, DIFF_UNKNOWN);
        });

        it("replaces an asset by the hash of its content, and refuses what has none", async () => {
            const hash = createHash("sha256").update("content").digest("hex");
            const triggers = [secret([asset({ hash, path: "a" })])];
            assert.deepEqual((await host.check({}, { instanceId: "ls-cn-1", triggers })).inputs.triggers, [
                secret([hash]),
            ]);
            for (const odd of [
                asset({ path: "a" }),
                asset({ hash, uri: "https://a.test/a" }),
                archive({ hash, path: "a" }),
            ]) {
                const { failures } = await host.check({}, { instanceId: "ls-cn-1", triggers: [odd] });
                assert.match(failures.join(), /^\|triggers\[0\] is an (asset whose content is not known|archive)/);
            }
        });

        it("refuses a token that is a secret, without its value", async () => {
            const { failures } = await host.check({}, { instanceId: "ls-cn-1", clientToken: secret("s3cret") });
            assert.match(failures.join(), /^\|clientToken: is a secret/);
            assert.doesNotMatch(failures.join(), /s3cret/);
        });

        it("refuses triggers by their path when they are longer than a usual message", async () => {
            const triggers = ["x".repeat(5 * 2 ** 20)];
            const { failures } = await host.check({}, { instanceId: "ls-cn-1", triggers });
            assert.match(failures.join(), /^\|triggers: has more than 100 kB in all/);
        });
    });

    describe("on a record of the dynamic form", () => {
        it("requests nothing when nothing has changed, and drops what only that form needs", async () => {
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

        it("finishes a pending request with its token", async () => {
            const instanceId = instance();
            const news = { instanceId, region };
            const updated = await host.update({ ...news, status: "pending", clientToken: "before" }, news);
            assert.deepEqual([updated.status, tokensOn(instanceId)], ["suspended", ["before"]]);
        });
    });

    describe("with `customTimeouts`", () => {
        it("takes that time and names it when it ends", async () => {
            const instanceId = instance({ interruptMs: 60_000 });
            const inputs = { instanceId, region, timeoutSeconds: 600 };
            const { message, initFailure } = await failureOf(host.create(inputs, 1));
            assert.match(message, /after 1 s .*`customTimeouts\.create`/);
            const updating = host.update(initFailure?.properties ?? {}, inputs, 1);
            assert.match((await failureOf(updating)).message, /after 1 s .*`customTimeouts\.update`/);
            assert.equal(tokensOn(instanceId).length, 1);
        });

        it("refuses a time out of bounds, and sends nothing", async () => {
            const instanceId = instance();
            for (const seconds of [0.5, 86_401]) {
                const creating = host.create({ instanceId, region }, seconds);
                await assert.rejects(creating, /^Error: customTimeouts\.create: .* whole number of seconds from 1 to/);
            }
            assert.deepEqual(tokensOn(instanceId), []);
        });
    });

    describe("that is cancelled", () => {
        it("records what was sent and nothing else, and the next run finishes it", async () => {
            const [accepted, unanswered, throttled] = [instance({ interruptMs: 60_000 }), instance(), instance()];
            emulator.faults.add({ operation, instanceId: unanswered, fault: { kind: "hang", point: "after" } });
            emulator.faults.add({ operation, instanceId: throttled, fault: { kind: "throttling", form: "user" } });
            const all = [accepted, unanswered, throttled];
            const failures = await using(Host.ofPlugin({ urn, config: pluginConfigFor(emulator) }), async (other) => {
                const failing = all.map((instanceId) => failureOf(other.create({ instanceId, region })));
                await until(() => all.every((instanceId) => tokensOn(instanceId).length > 0));
                await other.cancel();
                await other.cancel();
                return Promise.all(failing);
            });
            for (const { message } of failures) {
                assert.match(message, /the deployment was stopped/);
            }
            const records = failures.map(({ initFailure }) => initFailure?.properties);
            assert.deepEqual(
                records.map((record) => record?.status),
                ["pending", "pending", undefined],
            );
            emulator.faults.clear();
            emulator.setStatus(accepted, "suspended");
            for (const record of records.filter((each) => each !== undefined)) {
                const { instanceId } = record;
                const finished = await host.update(record, { instanceId, region });
                assert.deepEqual([finished.status, finished.interrupted], ["suspended", true]);
                assert.equal(emulator.ledger.effectsOn(String(instanceId)).length, 1);
                assert.equal(new Set(tokensOn(String(instanceId))).size, 1);
            }
        });

        it("records only the instances that got a request while others wait for the rate limit", async () => {
            const ids = Array.from({ length: 10 }, () => instance({ interruptMs: 60_000 }));
            const requested = () => ids.filter((instanceId) => tokensOn(instanceId).length > 0);
            const config = { ...pluginConfigFor(emulator), requestsPerSecond: 1 };
            const failures = await using(Host.ofPlugin({ urn, config }), async (limited) => {
                const failing = ids.map((instanceId) => failureOf(limited.create({ instanceId, region })));
                await until(() => requested().length >= 2);
                await limited.cancel();
                return Promise.all(failing);
            });
            const recorded = failures.flatMap(({ initFailure }) => (initFailure === undefined ? [] : [initFailure.id]));
            assert.deepEqual(recorded.sort(), requested().sort());
            assert.equal(recorded.length, 2);
            for (const { message, initFailure } of failures) {
                assert.ok(initFailure !== undefined || message.includes("not sent: the deployment was stopped"));
            }
        });
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

        it("ends within two seconds when the port is not open yet", async () => {
            const stdio = ["pipe", "ignore", "inherit"] as const;
            const starting = spawn(process.execPath, [servers.plugin, "127.0.0.1:1"], { stdio: [...stdio] });
            starting.stdin?.destroy();
            const timer = setTimeout(() => starting.kill("SIGKILL"), 2_000);
            assert.deepEqual(await once(starting, "exit"), [1, null]);
            clearTimeout(timer);
        });
    });

    describe("signs", () => {
        let home: string;
        const instanceId = "ls-cn-nobody0001";
        beforeEach(() => {
            home = mkdtempSync(join(tmpdir(), "logstash-home-"));
        });
        afterEach(() => rmSync(home, { recursive: true }));

        /** The failures of a plugin that is given no identity, on a machine whose CLI has one. */
        async function failuresOf(options: { readonly provider?: string; readonly config?: Properties }) {
            const { accessKeyId, accessKeySecret } = testAccount;
            const key = { access_key_id: accessKeyId, access_key_secret: accessKeySecret };
            writeCliProfiles(home, { name: "default", mode: "AK", region_id: region, ...key });
            return using(Host.start({ server: "plugin", urn, env: { HOME: home }, ...options }), async (bare) => {
                const { failures } = await bare.check({}, { instanceId });
                const { message } = await failureOf(bare.create({ instanceId, region }));
                return { failures: failures.join("\n"), message };
            });
        }

        it("nothing as a laptop's current profile, nor in its region", async () => {
            const { failures, message } = await failuresOf({});
            assert.match(failures, /region: is not set.*`pulumi config set alicloud-logstash:region …`/);
            assert.match(message, /: not sent: no Alibaba Cloud credentials[\s\S]*alicloud-logstash:accessKey …/);
            assert.doesNotMatch(message, /alicloud:/);
        });

        it("as the OIDC role when Kubernetes sets its variables", async () => {
            const env = {
                HOME: home,
                ALIBABA_CLOUD_ROLE_ARN: "role",
                ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider",
                ALIBABA_CLOUD_OIDC_TOKEN_FILE: join(home, "token"),
                ALIBABA_CLOUD_STS_ENDPOINT: "127.0.0.1:1",
            };
            writeFileSync(env.ALIBABA_CLOUD_OIDC_TOKEN_FILE, "token");
            await using(Host.start({ server: "plugin", urn, env }), async (pod) => {
                const { message } = await failureOf(pod.create({ instanceId, region, timeoutSeconds: 1 }));
                assert.match(message, /OIDC role from the variable ALIBABA_CLOUD_ROLE_ARN.*127\.0\.0\.1:1/);
            });
        });

        it("nothing when arguments of a declared provider are missing or unknown, and names them", async () => {
            const config = { acessKey: secret("LTAI-canary"), endpoints: "none" };
            const { failures, message } = await failuresOf({ provider: "other", config });
            assert.match(failures, /"acessKey" is not an argument of this provider; known are accessKey, secretKey/);
            assert.match(failures, /region: is not set.*the provider's `region`/);
            assert.match(failures, /the provider's `endpoints` must be an object/);
            assert.match(message, /the provider's `accessKey` and `secretKey`/);
            assert.doesNotMatch(failures + message, /canary|pulumi config/);
        });
    });

    describe("in the provider protocol", () => {
        /** One method of the client, as a promise. */
        function call<Request, Response>(
            method: (request: Request, done: (error: Error | null, response: Response) => void) => unknown,
            request: Request,
        ): Promise<Response> {
            return promisify(method.bind(host.client))(request) as Promise<Response>;
        }

        it("returns the version and the schema of its package", async () => {
            const info = await call<Empty, PluginInfo>(host.client.getPluginInfo, new Empty());
            const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
            assert.equal(info.getVersion(), version);
            const request = new rpc.GetSchemaRequest();
            const schema = await call<rpc.GetSchemaRequest, rpc.GetSchemaResponse>(host.client.getSchema, request);
            assert.equal(schema.getSchema(), readFileSync(join(root, "schema.json"), "utf8"));
        });

        it("accepts secrets, and resources so that it can refuse them", async () => {
            const request = new rpc.ConfigureRequest();
            request.setName("default");
            request.setArgs(structOf(pluginConfigFor(emulator)));
            const { client } = host;
            const response = await call<rpc.ConfigureRequest, rpc.ConfigureResponse>(client.configure, request);
            assert.deepEqual([response.getAcceptsecrets(), response.getAcceptresources()], [true, true]);
        });

        it("sends nothing in a preview, and returns what is known", async () => {
            const inputs = { instanceId: instance(), region, triggers: [secret("v1")] };
            const results = { clientToken: unknown, requestId: unknown, status: unknown, interrupted: unknown };
            const undecided = { ...inputs, ...results, interruptedAt: unknown, interruption: unknown };
            const creating = new rpc.CreateRequest();
            creating.setUrn(urn);
            creating.setProperties(structOf(inputs));
            creating.setPreview(true);
            const created = await call<rpc.CreateRequest, rpc.CreateResponse>(host.client.create, creating);
            assert.deepEqual(created.getProperties()?.toJavaScript(), undecided);
            const nothing = { instanceId: inputs.instanceId, region, interruption: "" };
            creating.setUrn(urn.replace("Interrupt", "Resume"));
            creating.setProperties(structOf(nothing));
            const none = await call<rpc.CreateRequest, rpc.CreateResponse>(host.client.create, creating);
            const known = { ...nothing, status: "none", resumed: false };
            assert.deepEqual(none.getProperties()?.toJavaScript(), known);

            const recorded = { clientToken: "T", status: "suspended", interrupted: false };
            for (const [news, expected] of [
                [
                    { ...inputs, triggers: ["v2"] },
                    { ...undecided, triggers: ["v2"] },
                ],
                [
                    { ...inputs, timeoutSeconds: 9 },
                    { ...inputs, timeoutSeconds: 9, ...recorded },
                ],
            ] as const) {
                const updating = new rpc.UpdateRequest();
                updating.setUrn(urn);
                updating.setId(inputs.instanceId);
                updating.setOlds(structOf({ ...inputs, ...recorded }));
                updating.setNews(structOf(news));
                updating.setPreview(true);
                const updated = await call<rpc.UpdateRequest, rpc.UpdateResponse>(host.client.update, updating);
                assert.deepEqual(updated.getProperties()?.toJavaScript(), expected);
            }
            assert.deepEqual(tokensOn(inputs.instanceId), []);
        });

        it("keeps inputs and outputs on a refresh, and refuses an import", async () => {
            const request = new rpc.ReadRequest();
            request.setId("ls-cn-1");
            request.setUrn(urn);
            request.setProperties(Struct.fromJavaScript({ instanceId: "ls-cn-1", status: "suspended" }));
            request.setInputs(Struct.fromJavaScript({ instanceId: "ls-cn-1" }));
            const response = await call<rpc.ReadRequest, rpc.ReadResponse>(host.client.read, request);
            assert.deepEqual(response.getInputs()?.toJavaScript(), { instanceId: "ls-cn-1" });
            const outputs = { instanceId: "ls-cn-1", status: "suspended" };
            assert.deepEqual(response.getProperties()?.toJavaScript(), outputs);
            await assert.rejects(host.read("ls-cn-1", {}), /neither imported nor read by ID/);
        });

        it("refuses each resource when an argument of the provider is unknown", async () => {
            await using(Host.ofPlugin({ urn, config: { region, regoin: "cn-beijing" } }), async (wrong) => {
                const { failures } = await wrong.check({}, { instanceId: "ls-cn-1" });
                assert.match(failures.join("\n"), /"regoin" is not a key under alicloud-logstash:/);
            });
        });

        // In a process of its own, a plugin has a prototype of its own.
        if (process.env[pluginVariable] === undefined) {
            it("is configured as the default provider when an older SDK knows no name of the provider", async () => {
                const { prototype } = rpc.ConfigureRequest;
                const hasName = Object.getOwnPropertyDescriptor(prototype, "hasName") ?? assert.fail("there is none");
                Reflect.deleteProperty(prototype, "hasName");
                try {
                    const config = { regoin: "cn-beijing" };
                    await using(Host.ofPlugin({ urn, provider: "mine", config }), async (other) => {
                        const { failures } = await other.check({}, { instanceId: "ls-cn-1", region });
                        assert.match(failures.join("\n"), /"regoin" is not a key under alicloud-logstash:/);
                    });
                } finally {
                    Object.defineProperty(prototype, "hasName", hasName);
                }
            });
        }

        it("serves nothing when it is closed", async () => {
            const closed = await startPlugin({ argv: [], env: {} }, new AbortController().signal);
            closed.close();
            await assert.rejects(once(connect(closed.port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
        });
    });
});
