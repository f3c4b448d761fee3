import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Emulator, type EmulatorOptions, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { diagnosticsOf, plannedChangeOf } from "./cliOutput";
import { code, type Declaration, programOf } from "./programs";
import { expectFailure, expectSuccess, type ResourceState, type Run, Stack } from "./stack";

const instanceId = "ls-cn-truth0001";
const interrupt = "InterruptLogstashTask";
const resume = "ResumeLogstashTask";

describe("one deployment of several resources", () => {
    const instances = { doubted: "ls-cn-truth1001", unseen: "ls-cn-truth1002", set: "ls-cn-truth1003" } as const;
    let emulator: Emulator;
    let stack: Stack;
    let run: Run;
    let records: readonly ResourceState[];

    before(async () => {
        emulator = await startEmulator({
            tokenLifetimeMs: 0,
            instances: Object.entries(instances).map(([name, id]) => ({
                instanceId: id,
                status: name === "set" ? "activating" : "suspended",
            })),
        });
        const { doubted, unseen } = instances;
        emulator.faults.add({
            operation: resume,
            instanceId: doubted,
            calls: 1,
            fault: { kind: "reset", point: "after" },
        });
        const silent = { kind: "service-unavailable", point: "before" } as const;
        emulator.faults.add({ operation: "DescribeLogstash", instanceId: unseen, fault: silent });
        const setting = "({ props, opts }) => ({ props: { ...props, timeoutSeconds: 77 }, opts })";
        const kind = "LogstashTaskResume";
        const program = programOf({
            doubted: { kind, args: { instanceId: doubted, timeoutSeconds: 60 } },
            unseen: { kind, args: { instanceId: unseen, timeoutSeconds: 2 } },
            set: {
                args: { instanceId: instances.set, timeoutSeconds: 2 },
                options: `{ transformations: [${setting}] }`,
            },
        });
        const bad = `try {
                new LogstashTaskInterrupt("bad", { instanceId: "${instances.set}" }, { parent: {} });
            } catch (error) {
                exports.caught = error.message;
            }`;
        stack = await Stack.create({
            emulator,
            program: [program, bad, "exports.timeoutSeconds = set.timeoutSeconds;"].join("\n"),
        });
        run = expectSuccess(await stack.up());
        records = await stack.resources();
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    const outputsOf = (name: keyof typeof instances) =>
        records.find(({ id }) => id === instances[name])?.outputs ?? assert.fail(`${name} is not recorded`);

    it("concludes from the status that a resume in doubt has worked, where it is refused then", () => {
        assert.match(
            diagnosticsOf(run, "doubted").join("\n"),
            /resumed, concluded from the status activating after a request in doubt/,
        );
        const { status, resumed, resumedAt } = outputsOf("doubted");
        assert.deepEqual([status, resumed, resumedAt], ["activating", true, undefined]);
        assert.equal(emulator.ledger.effectsOn(instances.doubted).length, 1);
    });

    it("takes the acceptance of a resume for its end where no look ever succeeds", () => {
        const { status, resumed } = outputsOf("unseen");
        assert.deepEqual([status, resumed], ["accepted", true]);
    });

    it("shows the program what a transformation has set", () => {
        assert.match(run.text, /timeoutSeconds: +77/);
        assert.equal(outputsOf("set").timeoutSeconds, 77);
    });

    it("goes on where the program catches the error for a bad parent", () => {
        assert.match(run.text, /caught +: +"Resource parent is not a valid Resource/);
    });
});

describe("a deployment tells the truth", () => {
    let emulator: Emulator;
    let stack: Stack;
    const ends: (() => unknown)[] = [];

    async function start(options: EmulatorOptions = {}, env: Record<string, string> = {}): Promise<void> {
        emulator = await startEmulator({ instances: [{ instanceId, status: "activating" }], ...options });
        ends.push(() => emulator.stop());
        stack = await Stack.create({ emulator, program: "", env });
        ends.push(() => stack.remove());
    }
    afterEach(async () => {
        for (const end of ends.splice(0).reverse()) {
            await end();
        }
    });

    /** A program of one resource, with its arguments and options as JavaScript. */
    const program = (name: "Interrupt" | "Resume", args: string, options = "{}") =>
        stack.program(
            `const pulumi = require("@pulumi/pulumi");
             const { LogstashTask${name}: Task } = require("pulumi-alicloud-logstash");
             const task = new Task("task", { instanceId: "${instanceId}", timeoutSeconds: 2, ${args} }, ${options});
             module.exports = { status: task.status, timeoutSeconds: task.timeoutSeconds };`,
        );
    const effects = () => emulator.ledger.effectsOn(instanceId);
    const tokens = (operation: typeof interrupt | typeof resume) =>
        new Set(emulator.ledger.requestsTo(operation, instanceId).map(({ clientToken }) => clientToken));

    describe("about assets and dates in triggers", () => {
        it("finishes a pending request with the same token, whatever an asset's path, and is quiet then", async () => {
            await start();
            stack.write("conf.txt", "one");
            program("Interrupt", 'triggers: [new pulumi.asset.FileAsset("conf.txt")]');
            emulator.faults.add({ operation: interrupt, fault: { kind: "service-unavailable", point: "after" } });
            expectFailure(await stack.up());
            emulator.faults.clear();

            stack.write("moved.txt", "one");
            program("Interrupt", 'triggers: [new pulumi.asset.FileAsset("./moved.txt")]');
            assert.match(expectSuccess(await stack.preview()).text, /it will be finished, with the same token/);
            expectSuccess(await stack.up());
            assert.deepEqual([effects().length, tokens(interrupt).size], [1, 1]);
            assert.doesNotMatch(JSON.stringify(await stack.resource()), /conf\.txt|moved\.txt/);

            program("Interrupt", 'triggers: [new pulumi.asset.FileAsset("moved.txt")], timeoutSeconds: 9');
            expectSuccess(await stack.up());
            assert.deepEqual([effects().length, tokens(interrupt).size], [1, 1]);

            emulator.startChange(instanceId);
            stack.write("moved.txt", "two");
            expectSuccess(await stack.up());
            assert.deepEqual([effects().length, tokens(interrupt).size], [2, 2]);
        });

        it("interrupts again for another date, and refuses what JSON would lose at the program's line", async () => {
            await start();
            program("Interrupt", "triggers: [new Date(Date.UTC(2026, 0, 1))]");
            expectSuccess(await stack.up());
            emulator.startChange(instanceId);
            program("Interrupt", "triggers: [pulumi.output(0).apply(() => new Date(Date.UTC(2026, 0, 2)))]");
            expectSuccess(await stack.up());
            assert.equal(effects().length, 2);
            assert.deepEqual((await stack.resource()).outputs.triggers, ["2026-01-02T00:00:00.000Z"]);

            program("Interrupt", "triggers: [{ m: new Map() }]");
            const lost = expectFailure(await stack.preview());
            assert.match(lost.text, /triggers\[0\]\.m is a Map, of which JSON would lose a part/);
            assert.match(lost.text, /index\.js:3/);
            program("Interrupt", 'triggers: [new pulumi.asset.FileAsset("none.txt")]');
            const missing = expectFailure(await stack.preview());
            assert.match(missing.text, /triggers\[0\] is a FileAsset of "none\.txt", which cannot be read: ENOENT/);
            assert.match(missing.text, /index\.js:3/);
        });

        it("refuses an asset that a transformation puts there, which would send its path", async () => {
            await start();
            stack.write("conf.txt", "one");
            const put =
                '({ props, opts }) => ({ props: { ...props, triggers: [new pulumi.asset.FileAsset("conf.txt")] }, opts })';
            program("Interrupt", "", `{ transformations: [${put}] }`);
            const run = expectFailure(await stack.preview());
            assert.match(run.text, /triggers: has an asset, archive or resource/);
            assert.equal(emulator.ledger.requests.length, 0);
        });
    });

    it("says what a replacement sends, also back to an earlier instance, and previews triggers that are unknown", async () => {
        const [other, late, made] = ["ls-cn-truth0002", "ls-cn-truth0003", "ls-cn-truth0004"] as const;
        await start({ instances: [instanceId, other, late, made].map((id) => ({ instanceId: id })) });
        const declare = (id: string, extra: Readonly<Record<string, Declaration>>, triggers?: unknown) =>
            stack.program(
                programOf({
                    ...extra,
                    moved: { args: { instanceId: id, timeoutSeconds: 2 } },
                    late: {
                        args: { instanceId: late, timeoutSeconds: 2, ...(triggers === undefined ? {} : { triggers }) },
                    },
                }),
            );
        declare(instanceId, {});
        expectSuccess(await stack.up());
        declare(other, {});
        expectSuccess(await stack.up());
        emulator.startChange(instanceId);
        emulator.startChange(late);
        // The whole list is unknown in the preview, and the record has none.
        const triggers = code("made.requestId.apply((id) => [id])");
        declare(instanceId, { made: { args: { instanceId: made, timeoutSeconds: 2 } } }, triggers);
        const preview = expectSuccess(await stack.pulumi("preview"));
        assert.match(
            diagnosticsOf(preview, "moved").join(),
            /the other instance will be interrupted, once for these triggers: coming back to an instance/,
        );
        assert.deepEqual(diagnosticsOf(preview, "late"), ["triggers changed: the instance will be interrupted again"]);
        assert.equal(plannedChangeOf(preview, "late"), "update");
        const run = expectFailure(await stack.up("--continue-on-error"));
        assert.match(diagnosticsOf(run, "moved").join("\n"), /accepted, but not seen through[\s\S]*change `triggers`/);
        assert.equal(effects().length, 1);
        assert.equal(emulator.ledger.effectsOn(late).length, 2);
    });

    it("does not take a remembered token for a resume: the instance stays suspended", async () => {
        await start();
        emulator.setStatus(instanceId, "suspended");
        program("Resume", "");
        expectSuccess(await stack.up());
        assert.equal((await stack.resource()).outputs.resumed, true);
        expectSuccess(await stack.destroy());
        emulator.setStatus(instanceId, "suspended");
        const run = expectFailure(await stack.up());
        assert.match(
            run.text,
            /accepted, but not seen through.*the instance is suspended[\s\S]*to resume again instead, change `triggers`/,
        );
        assert.equal((await stack.resource()).outputs.status, "pending");
        program("Resume", 'triggers: ["again"]');
        expectSuccess(await stack.up());
        assert.equal((await stack.resource()).outputs.status, "activating");
        assert.equal(effects().length, 2);
    });

    describe("about a request in doubt", () => {
        it("with nothing left to interrupt stays pending, and can be skipped", async () => {
            await start();
            emulator.faults.add({ operation: interrupt, fault: { kind: "service-unavailable", point: "before" } });
            program("Interrupt", "");
            expectFailure(await stack.up());
            emulator.faults.clear();
            emulator.setStatus(instanceId, "active");
            const run = expectFailure(await stack.up());
            assert.match(run.text, /it may have been done, and nothing is left to interrupt: the instance is active/);
            assert.match(run.text, /change `triggers`; set `whenIdle: "skip"`/);
            assert.equal((await stack.resource()).outputs.status, "pending");
            program("Interrupt", 'whenIdle: "skip"');
            assert.match(expectSuccess(await stack.up()).text, /a request of an earlier try may have been done/);
            const { outputs } = await stack.resource();
            assert.deepEqual([outputs.status, outputs.interrupted], ["active", false]);
        });
    });

    it("refuses a clientToken that is a secret, before anything is stored or sent", async () => {
        await start();
        program("Interrupt", 'clientToken: pulumi.secret("token-canary")');
        for (const run of [expectFailure(await stack.preview()), expectFailure(await stack.up())]) {
            assert.match(run.text, /the `clientToken` of a LogstashTaskInterrupt is a secret/);
            assert.doesNotMatch(run.text, /canary/);
        }
        assert.doesNotMatch(JSON.stringify(await stack.resources()), /canary/);
        assert.equal(emulator.ledger.requests.length, 0);
    });

    describe("about what was never sent: it fails and records nothing", () => {
        const noProxy = { NO_PROXY: "", no_proxy: "" };

        it("behind a proxy that accepts connections and never answers", async () => {
            const sockets: Socket[] = [];
            const hung = createServer((socket) => void sockets.push(socket.on("error", () => {})));
            await once(hung.listen(0, "127.0.0.1"), "listening");
            ends.push(() => {
                for (const socket of sockets) {
                    socket.destroy();
                }
                hung.close();
            });
            const { port } = hung.address() as AddressInfo;
            await start({}, { ...noProxy, HTTPS_PROXY: `http://127.0.0.1:${port}` });
            stack.configure({ "alicloud:endpoints": [{ elasticsearch: "service.invalid" }] });
            program("Interrupt", "");
            const run = expectFailure(await stack.up());
            assert.match(
                run.text,
                /not sent: no connection to service\.invalid through the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\)/,
            );
            assert.deepEqual(await stack.resources(), []);
        });

        it("behind a proxy that wants a password", async () => {
            const proxy = createHttpServer().on("connect", (_request, socket) =>
                socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n<html>canary</html>"),
            );
            await once(proxy.listen(0, "127.0.0.1"), "listening");
            ends.push(() => proxy.close());
            const { port } = proxy.address() as AddressInfo;
            await start({}, { ...noProxy, HTTPS_PROXY: `http://127.0.0.1:${port}` });
            stack.configure({ "alicloud:endpoints": [{ elasticsearch: "service.invalid" }] });
            program("Interrupt", "");
            const run = expectFailure(await stack.up());
            assert.match(run.text, /not sent\n.*ProxyAuthentication \(the proxy wants a user name and a password\)/);
            assert.doesNotMatch(run.text, /canary/);
            assert.deepEqual(await stack.resources(), []);
        });
    });
});
