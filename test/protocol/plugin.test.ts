import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { deriveToken } from "../../provider/src/lifecycle/token";
import { writeCliProfiles } from "../support/cliProfiles";
import { pluginInterruptType, urnOf } from "../support/urns";
import { secret, signature } from "./anyValue";
import { failureOf, type Properties } from "./calls";
import { Engine } from "./engine";
import { Host, servers } from "./host";
import { providerArgumentsFor } from "./providerArguments";

const operation = "InterruptLogstashTask";
const urn = urnOf("pause", { type: pluginInterruptType });
const asset = (fields: object) => ({ [signature]: "c44067f5952c0a294b673a41bacd8c17", ...fields });
const archive = (fields: object) => ({ [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", ...fields });

describe("the plugin", () => {
    let emulator: Emulator;
    let host: Host;
    let instances = 0;

    before(async () => {
        emulator = await startEmulator();
        host = await Host.ofPlugin({ urn, config: providerArgumentsFor(emulator) });
    });
    after(async () => {
        await host.stop();
        await emulator.stop();
    });
    afterEach(() => emulator.faults.clear());

    function instance(options: { readonly interruptMs?: number } = {}): string {
        instances += 1;
        const instanceId = `ls-cn-plugin${instances}`;
        emulator.addInstance({ instanceId, region: "cn-hangzhou", status: "activating", ...options });
        return instanceId;
    }
    const tokensOn = (instanceId: string) =>
        emulator.ledger.requestsTo(operation, instanceId).map(({ clientToken }) => clientToken);

    it("returns what it is given, secrets in their envelopes, and completes the region", async () => {
        const news = { instanceId: secret("ls-cn-1"), triggers: ["v1", { nested: secret("s3cret") }] };
        const { inputs, failures } = await host.check({}, news);
        assert.deepEqual(failures, []);
        assert.deepEqual(inputs, { ...news, region: "cn-hangzhou" });
    });

    it("puts the hash of its content in the place of an asset, and refuses what has none", async () => {
        const hash = createHash("sha256").update("content").digest("hex");
        const right = await host.check({}, { instanceId: "ls-cn-1", triggers: [secret([asset({ hash, path: "a" })])] });
        assert.deepEqual(right.inputs.triggers, [secret([hash])]);
        for (const odd of [
            asset({ path: "a" }),
            asset({ hash, uri: "https://a.test/a" }),
            archive({ hash, path: "a" }),
        ]) {
            const { failures } = await host.check({}, { instanceId: "ls-cn-1", triggers: [odd] });
            assert.match(failures.join(), /^\|triggers\[0\] is an (asset whose content is not known|archive)/);
        }
    });

    it("rejects triggers that JSON or Pulumi would lose, with their path", async () => {
        for (const [value, path] of [
            [Number.NaN, "triggers[0]"],
            [{ x: [Number.POSITIVE_INFINITY] }, "triggers[0].x[0]"],
            [secret({ "": 1 }), 'triggers[0][""]'],
            ["x".repeat(200_000), "triggers"],
        ] as const) {
            const { failures } = await host.check({}, { instanceId: "ls-cn-1", triggers: [value] });
            assert.equal(failures.length, 1);
            assert.ok(failures[0]?.startsWith(`|${path}`), failures[0]?.slice(0, 200));
        }
    });

    it("warns about an empty object at each check, and interrupts again when a date as text takes its place", async () => {
        const engine = await Engine.start();
        const warned = await Host.ofPlugin({
            urn,
            config: providerArgumentsFor(emulator),
            engineAddress: engine.address,
        });
        try {
            const instanceId = instance();
            // A Date, as the SDK of the plugin sends it.
            const { inputs, failures } = await warned.check({}, { instanceId, triggers: [{}] });
            assert.deepEqual(failures, []);
            const [line] = engine.lines;
            assert.deepEqual([engine.lines.length, line?.urn, line?.ephemeral], [1, urn, false]);
            assert.match(line?.message ?? "", /^triggers\[0\] is an empty object\. A Date arrives like this/);
            const { outs } = await warned.create(inputs);
            emulator.startChange(instanceId);
            await warned.update(outs, { ...inputs, triggers: ["2026-01-01"] });
            assert.equal(emulator.ledger.effectsOn(instanceId).length, 2);
        } finally {
            await warned.stop();
            engine.stop();
        }
    });

    it("refuses a token that is a secret, without its value", async () => {
        const { failures } = await host.check({}, { instanceId: "ls-cn-1", clientToken: secret("s3cret") });
        assert.match(failures.join(), /^\|clientToken: is a secret/);
        assert.doesNotMatch(failures.join(), /s3cret/);
    });

    it("sends a token derived from plain triggers, and records the inputs as they came", async () => {
        const instanceId = instance();
        const inputs = { instanceId, region: "cn-hangzhou", triggers: [secret({ a: ["v1"] })], whenIdle: "skip" };
        const { id, outs } = await host.create(inputs);
        const { clientToken, requestId, interruptedAt, ...rest } = outs;
        assert.deepEqual(
            [id, rest],
            [
                instanceId,
                { ...inputs, status: "suspended", interrupted: true, interruption: `${instanceId}/${clientToken}` },
            ],
        );
        const subject = [{ a: ["v1"] }];
        const derived = deriveToken({ operation, urn, region: "cn-hangzhou", instanceId, subject });
        assert.deepEqual([clientToken, tokensOn(instanceId)], [derived, [derived]]);
        assert.ok(typeof requestId === "string" && !Number.isNaN(Date.parse(String(interruptedAt))));

        const same = await host.diff(outs, inputs);
        const again = await host.diff(outs, { ...inputs, triggers: [secret({ a: ["v2"] })] });
        assert.deepEqual([same.changes, again.changes], [1, 0]);
        assert.deepEqual(await host.read(instanceId, outs), { id: instanceId, outs });
        await assert.rejects(host.read(instanceId, {}), /neither imported nor read by ID/);
    });

    it("goes on from a record of the dynamic form, and drops what only that form needs", async () => {
        const instanceId = instance();
        const olds = {
            ...{ instanceId, region: "cn-hangzhou", triggers: ["v1"], status: "suspended", clientToken: "before" },
            ...{ resourceUrn: urnOf("pause"), __provider: "a pointer" },
        };
        const news = { instanceId, region: "cn-hangzhou", triggers: ["v1"] };
        assert.equal((await host.diff(olds, news)).changes, 1);
        const updated = await host.update(olds, { ...news, triggers: ["v2"] });
        const previousToken = olds.clientToken;
        const derived = deriveToken({
            operation,
            urn,
            region: "cn-hangzhou",
            instanceId,
            subject: ["v2"],
            previousToken,
        });
        assert.deepEqual(tokensOn(instanceId), [derived]);
        assert.deepEqual(
            [updated.clientToken, updated.resourceUrn, updated.__provider],
            [derived, undefined, undefined],
        );
    });

    it("finishes what the dynamic form has left pending, with its token", async () => {
        const instanceId = instance();
        const news = { instanceId, region: "cn-hangzhou" };
        const updated = await host.update({ ...news, status: "pending", clientToken: "before" }, news);
        assert.deepEqual([updated.status, tokensOn(instanceId)], ["suspended", ["before"]]);
    });

    describe("with `customTimeouts`", () => {
        it("takes that time, and names it", async () => {
            const instanceId = instance({ interruptMs: 60_000 });
            const failure = await failureOf(host.create({ instanceId, region: "cn-hangzhou", timeoutSeconds: 600 }, 1));
            assert.match(failure.message, /accepted, but not seen through within 1 s \(`customTimeouts\.create`\)/);
            const record = failure.initFailure?.properties ?? {};
            assert.equal(record.status, "pending");
            const updating = host.update(record, { instanceId, region: "cn-hangzhou", timeoutSeconds: 600 }, 1);
            assert.match((await failureOf(updating)).message, /within 1 s \(`customTimeouts\.update`\)/);
            assert.equal(tokensOn(instanceId).length, 1);
        });

        it("refuses a time out of bounds, and sends nothing", async () => {
            const instanceId = instance();
            for (const seconds of [0.5, 86_401]) {
                const creating = host.create({ instanceId, region: "cn-hangzhou" }, seconds);
                await assert.rejects(creating, /^Error: customTimeouts\.create: .* whole number of seconds from 1 to/);
            }
            assert.deepEqual(tokensOn(instanceId), []);
        });
    });

    describe("that is cancelled", () => {
        it("leaves a pending record of what was sent, and nothing of what was not; the next one finishes", async () => {
            const [accepted, unanswered, throttled] = [instance({ interruptMs: 60_000 }), instance(), instance()];
            emulator.faults.add({ operation, instanceId: unanswered, fault: { kind: "hang", point: "after" } });
            emulator.faults.add({ operation, instanceId: throttled, fault: { kind: "throttling", form: "user" } });
            const all = [accepted, unanswered, throttled];
            const cancelled = await Host.ofPlugin({ urn, config: providerArgumentsFor(emulator) });
            try {
                const failing = all.map((instanceId) =>
                    failureOf(cancelled.create({ instanceId, region: "cn-hangzhou" })),
                );
                while (!all.every((instanceId) => emulator.ledger.requestsTo(operation, instanceId).length > 0)) {
                    await setTimeout(10);
                }
                await cancelled.cancel();
                await cancelled.cancel();
                const [first, second, third] = await Promise.all(failing);
                assert.match(first?.message ?? "", /the deployment was stopped before it ended/);
                assert.match(second?.message ?? "", /the deployment was stopped before it ended/);
                assert.match(third?.message ?? "", /not accepted: the deployment was stopped/);
                const records = [first, second].map((failure) => failure?.initFailure?.properties ?? {});
                assert.deepEqual(
                    [...records.map(({ status }) => status), third?.initFailure],
                    ["pending", "pending", undefined],
                );
                emulator.faults.clear();
                emulator.setStatus(accepted, "suspended");
                for (const record of records) {
                    const { instanceId, region } = record;
                    const finished = await host.update(record, { instanceId, region });
                    assert.deepEqual([finished.status, finished.interrupted], ["suspended", true]);
                    assert.equal(emulator.ledger.effectsOn(String(instanceId)).length, 1);
                    assert.equal(new Set(tokensOn(String(instanceId))).size, 1);
                }
            } finally {
                await cancelled.stop();
            }
        });
    });

    it("records only the instances that got a request, when it is cancelled while others wait for the rate limit", async () => {
        const ids = Array.from({ length: 10 }, () => instance({ interruptMs: 60_000 }));
        const requested = () => ids.filter((instanceId) => tokensOn(instanceId).length > 0);
        const config = { ...providerArgumentsFor(emulator), requestsPerSecond: 1 };
        const limited = await Host.ofPlugin({ urn, config });
        try {
            const failing = ids.map((instanceId) => failureOf(limited.create({ instanceId, region: "cn-hangzhou" })));
            while (requested().length < 2) {
                await setTimeout(10);
            }
            await limited.cancel();
            const failures = await Promise.all(failing);
            const recorded = failures.flatMap(({ initFailure }) => (initFailure === undefined ? [] : [initFailure.id]));
            assert.deepEqual(recorded.sort(), requested().sort());
            assert.equal(recorded.length, 2);
            for (const { message, initFailure } of failures) {
                assert.ok(
                    initFailure !== undefined || message.includes("not sent: the deployment was stopped"),
                    message,
                );
            }
        } finally {
            await limited.stop();
        }
    });

    it("ends when the engine's end of its standard input is gone, and calls nobody any more", async () => {
        const instanceId = instance({ interruptMs: 60_000 });
        const lost = await Host.start({ server: "plugin", urn, config: providerArgumentsFor(emulator) });
        const creating = failureOf(lost.create({ instanceId, region: "cn-hangzhou" }));
        while (emulator.ledger.effectsOn(instanceId).length === 0) {
            await setTimeout(10);
        }
        lost.process.stdin?.end();
        await once(lost.process, "exit");
        assert.match((await creating).message, /the deployment was stopped before it ended/);
        await lost.stop();
    });

    it("ends within two seconds when the engine is gone before the port is open", async () => {
        const starting = spawn(process.execPath, [servers.plugin, "127.0.0.1:1"], {
            stdio: ["pipe", "ignore", "inherit"],
        });
        starting.stdin.destroy();
        const timer = globalThis.setTimeout(() => starting.kill("SIGKILL"), 2_000);
        assert.deepEqual(await once(starting, "exit"), [1, null]);
        clearTimeout(timer);
    });

    describe("as whom it calls:", () => {
        let home: string;
        const instanceId = "ls-cn-nobody0001";
        beforeEach(() => {
            home = mkdtempSync(join(tmpdir(), "logstash-home-"));
        });
        afterEach(() => rmSync(home, { recursive: true }));

        /** What a plugin says that is given no identity; a laptop's CLI would have one. */
        async function refusalOf(options: { readonly provider?: string; readonly config?: Properties }) {
            const { accessKeyId, accessKeySecret } = testAccount;
            const key = { access_key_id: accessKeyId, access_key_secret: accessKeySecret };
            writeCliProfiles(home, { name: "default", mode: "AK", region_id: "cn-hangzhou", ...key });
            const bare = await Host.start({ server: "plugin", urn, env: { HOME: home }, ...options });
            try {
                const { failures } = await bare.check({}, { instanceId });
                const { message } = await failureOf(bare.create({ instanceId, region: "cn-hangzhou" }));
                return { failures: failures.join("\n"), message };
            } finally {
                await bare.stop();
            }
        }

        it("never as a laptop's current profile, nor in its region", async () => {
            const { failures, message } = await refusalOf({});
            assert.match(failures, /region: is not set.*`pulumi config set alicloud-logstash:region …`/);
            assert.match(message, /: not sent: no Alibaba Cloud credentials[\s\S]*alicloud-logstash:accessKey …/);
            assert.doesNotMatch(message, /alicloud:/);
        });

        it("as the OIDC role whose variables Kubernetes sets", async () => {
            const env = {
                HOME: home,
                ALIBABA_CLOUD_ROLE_ARN: "role",
                ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider",
                ALIBABA_CLOUD_OIDC_TOKEN_FILE: join(home, "token"),
                ALIBABA_CLOUD_STS_ENDPOINT: "127.0.0.1:1",
            };
            writeFileSync(env.ALIBABA_CLOUD_OIDC_TOKEN_FILE, "token");
            const pod = await Host.start({ server: "plugin", urn, env });
            try {
                const creating = pod.create({ instanceId, region: "cn-hangzhou", timeoutSeconds: 1 });
                assert.match(
                    (await failureOf(creating)).message,
                    /credentials of the OIDC role from the variable ALIBABA_CLOUD_ROLE_ARN.*from 127\.0\.0\.1:1/,
                );
            } finally {
                await pod.stop();
            }
        });

        it("not without saying which arguments of a declared provider are missing, or are none", async () => {
            const config = { acessKey: secret("LTAI-canary"), endpoints: "none" };
            const { failures, message } = await refusalOf({ provider: "other", config });
            assert.match(failures, /"acessKey" is not an argument of this provider; known are accessKey, secretKey/);
            assert.match(failures, /region: is not set.*the provider's `region`/);
            assert.match(failures, /the provider's `endpoints` must be structured/);
            assert.match(message, /the provider's `accessKey` and `secretKey`/);
            assert.doesNotMatch(failures + message, /canary|pulumi config/);
        });
    });
});
