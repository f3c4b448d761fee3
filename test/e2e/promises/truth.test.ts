import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { announcementsOf, changeOf, diagnosticsOf, plannedChangeOf } from "../../support/cliOutput";
import { type Arguments, code, type Declaration, interruptProgram, programOf } from "../../support/programs";
import { expectFailure, expectSuccess, project, type ResourceState, type Run, Stack } from "../../support/stack";
import { resumeType, urnOf } from "../../support/urns";

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
            doubted: { kind, args: { instanceId: doubted, triggers: ["v1"], timeoutSeconds: 60 } },
            unseen: { kind, args: { instanceId: unseen, triggers: ["v1"], timeoutSeconds: 2 } },
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
            /resumed, concluded from the status activating after a request whose outcome is unknown/,
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
    const instances = {
        asset: "ls-cn-truth2001",
        dated: "ls-cn-truth2002",
        moved: "ls-cn-truth2003",
        late: "ls-cn-truth2004",
        made: "ls-cn-truth2005",
        resumed: "ls-cn-truth2006",
        doubted: "ls-cn-truth2007",
    } as const;
    const other = "ls-cn-truth2008";
    type Name = keyof typeof instances;
    let emulator: Emulator;
    let stack: Stack;

    /** What was there after an `up`. */
    interface Moment {
        readonly run: Run;
        readonly outputs: Readonly<Partial<Record<Name, ResourceState["outputs"]>>>;
        /** Effects on an instance up to then, and the tokens sent to it. */
        readonly counts: ReadonlyMap<string, readonly [effects: number, tokens: number]>;
    }
    let first: Moment;
    let second: Moment;
    let secondPreview: Run;
    let destroyed: Run;
    let third: Moment;
    let thirdPreview: Run;
    let fourth: Moment;

    before(async () => {
        emulator = await startEmulator({
            instances: [...Object.values(instances), other].map((id) => ({ instanceId: id, status: "activating" })),
        });
        stack = await Stack.create({ emulator, program: "" });
        emulator.setStatus(instances.resumed, "suspended");
        stack.write("conf.txt", "one");
        for (const [name, point] of [
            ["asset", "after"],
            ["doubted", "before"],
        ] as const) {
            const fault = { kind: "service-unavailable", point } as const;
            emulator.faults.add({ operation: interrupt, instanceId: instances[name], fault });
        }
        declare({
            asset: { triggers: [fileAsset("conf.txt")] },
            dated: { triggers: [code("new Date(Date.UTC(2026, 0, 1))")] },
            moved: {},
            late: {},
            resumed: { triggers: ["v1"] },
            doubted: {},
        });
        first = await up();

        emulator.faults.clear();
        stack.write("moved.txt", "one");
        emulator.startChange(instances.dated);
        emulator.setStatus(instances.doubted, "active");
        const dated = { triggers: [code("pulumi.output(0).apply(() => new Date(Date.UTC(2026, 0, 2)))")] };
        declare({
            asset: { triggers: [fileAsset("./moved.txt")] },
            dated,
            moved: { instanceId: other },
            late: {},
            resumed: { triggers: ["v1"] },
            doubted: {},
        });
        secondPreview = expectSuccess(await stack.pulumi("preview"));
        second = await up();
        destroyed = await stack.destroy("--target", urnOf("resumed", { project, type: resumeType }));

        emulator.startChange(instances.moved);
        emulator.startChange(instances.late);
        emulator.setStatus(instances.resumed, "suspended");
        // The whole list is unknown in the preview, and the record has none.
        const late = { triggers: code("made.requestId.apply((id) => [id])") };
        declare({
            made: {},
            asset: { triggers: [fileAsset("moved.txt")], timeoutSeconds: 9 },
            dated,
            moved: {},
            late,
            resumed: { triggers: ["v1"] },
            doubted: { whenIdle: "skip" },
        });
        thirdPreview = expectSuccess(await stack.pulumi("preview"));
        third = await up();

        emulator.startChange(instances.asset);
        stack.write("moved.txt", "two");
        declare({
            made: {},
            asset: { triggers: [fileAsset("moved.txt")], timeoutSeconds: 9 },
            dated,
            late,
            resumed: { triggers: ["again"] },
            doubted: { whenIdle: "skip" },
        });
        fourth = await up();
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    const fileAsset = (path: string) => code(`new pulumi.asset.FileAsset("${path}")`);
    function declare(resources: Readonly<Partial<Record<Name, Arguments>>>): void {
        const declarations = Object.entries(resources).map(([name, args]): [string, Declaration] => [
            name,
            {
                kind: name === "resumed" ? "LogstashTaskResume" : "LogstashTaskInterrupt",
                args: { instanceId: instances[name as Name], timeoutSeconds: 2, ...args },
            },
        ]);
        stack.program(programOf(Object.fromEntries(declarations)));
    }
    /** Goes on where a resource fails, so that each gets its own ending. */
    async function up(): Promise<Moment> {
        const run = await stack.up("--continue-on-error");
        const records = (await stack.resources()).map(({ urn, outputs }) => [urn.split("::").at(-1), outputs]);
        const counts = [...Object.values(instances), other].map((id): [string, [number, number]] => {
            const sent = emulator.ledger.requests.filter(({ instanceId }) => instanceId === id);
            const tokens = sent.map(({ clientToken }) => clientToken).filter((token) => token !== undefined);
            return [id, [emulator.ledger.effectsOn(id).length, new Set(tokens).size]];
        });
        return { run, outputs: Object.fromEntries(records), counts: new Map(counts) };
    }
    const countsOf = ({ counts }: Moment, name: Name) => counts.get(instances[name]);
    const effectsOf = (moment: Moment, name: Name) => countsOf(moment, name)?.[0];
    const saidOf = ({ run }: Moment, name: Name) => diagnosticsOf(run, name).join("\n");
    /** What the program has of one resource, with its arguments and options as JavaScript. */
    const program = (args: string, options = "{}") =>
        stack.program(
            `const pulumi = require("@pulumi/pulumi");
             const { LogstashTaskInterrupt: Task } = require("pulumi-alicloud-logstash");
             const task = new Task("task", { instanceId: "${other}", timeoutSeconds: 2, ${args} }, ${options});
             module.exports = { status: task.status, timeoutSeconds: task.timeoutSeconds };`,
        );
    async function withoutRequests<T>(act: () => Promise<T>): Promise<T> {
        const sent = emulator.ledger.requests.length;
        const result = await act();
        assert.equal(emulator.ledger.requests.length, sent);
        return result;
    }

    describe("about assets and dates in triggers", () => {
        it("finishes a pending request with the same token, whatever an asset's path, and is quiet then", () => {
            assert.match(saidOf(first, "asset"), /it is not known whether it was done/);
            assert.deepEqual(announcementsOf(secondPreview, "asset"), [
                "the outcome of the last request is unknown: will send it again with the same client token",
            ]);
            assert.equal(changeOf(second.run, "asset"), "updated");
            assert.equal(second.outputs.asset?.status, "suspended");
            assert.deepEqual(countsOf(second, "asset"), [1, 1]);
            assert.doesNotMatch(JSON.stringify(second.outputs.asset), /conf\.txt|moved\.txt/);
            assert.equal(changeOf(third.run, "asset"), "updated");
            assert.deepEqual(countsOf(third, "asset"), [1, 1]);
            assert.deepEqual(countsOf(fourth, "asset"), [2, 2]);
        });

        it("interrupts again for another date, and refuses what JSON would lose at the program's line", async () => {
            assert.equal(effectsOf(second, "dated"), 2);
            assert.deepEqual(second.outputs.dated?.triggers, ["2026-01-02T00:00:00.000Z"]);

            program("triggers: [{ m: new Map() }]");
            const lost = expectFailure(await stack.preview());
            assert.match(lost.text, /triggers\[0\]\.m is a Map, of which JSON would lose a part/);
            assert.match(lost.text, /index\.js:3/);
            program('triggers: [new pulumi.asset.FileAsset("none.txt")]');
            const missing = expectFailure(await stack.preview());
            assert.match(missing.text, /triggers\[0\] is a FileAsset of "none\.txt", which cannot be read: ENOENT/);
            assert.match(missing.text, /index\.js:3/);
        });

        it("refuses an asset that a transformation puts there, which would send its path", async () => {
            const put =
                '({ props, opts }) => ({ props: { ...props, triggers: [new pulumi.asset.FileAsset("conf.txt")] }, opts })';
            program("", `{ transformations: [${put}] }`);
            const run = expectFailure(await withoutRequests(() => stack.preview()));
            assert.match(run.text, /triggers\[0\] is an asset whose content is not known here/);
        });

        it("warns in the preview about a date that a transform puts there", async () => {
            const put = "({ props, opts }) => ({ props: { ...props, triggers: [new Date(0)] }, opts })";
            program("", `{ transforms: [${put}] }`);
            const run = expectSuccess(await withoutRequests(() => stack.preview()));
            assert.match(run.text, /triggers\[0\] is an empty object\. A Date arrives like this/);
        });
    });

    it("says what a replacement sends, also back to an earlier instance, and previews triggers that are unknown", () => {
        assert.equal(changeOf(second.run, "moved"), "replaced");
        assert.deepEqual(announcementsOf(thirdPreview, "moved"), [
            "instanceId changed: will request an interrupt with the first token for this instance",
        ]);
        assert.deepEqual(announcementsOf(thirdPreview, "late"), [
            "triggers is not known yet: may request an interrupt",
        ]);
        assert.equal(plannedChangeOf(thirdPreview, "late"), "update");
        expectFailure(third.run);
        assert.match(saidOf(third, "moved"), /accepted, but not seen through[\s\S]*change `triggers`/);
        assert.equal(effectsOf(third, "moved"), 1);
        assert.equal(effectsOf(third, "late"), 2);
    });

    it("does not take a remembered token for a resume: the instance stays suspended", () => {
        assert.equal(first.outputs.resumed?.resumed, true);
        assert.equal(changeOf(expectSuccess(destroyed), "resumed"), "deleted");
        expectFailure(third.run);
        assert.match(
            saidOf(third, "resumed"),
            /accepted, but not seen through.*the instance is suspended[\s\S]*to resume again instead, change `triggers`/,
        );
        assert.equal(third.outputs.resumed?.status, "pending");
        expectSuccess(fourth.run);
        assert.equal(fourth.outputs.resumed?.status, "activating");
        assert.equal(effectsOf(fourth, "resumed"), 2);
    });

    describe("about a request in doubt", () => {
        it("with nothing left to interrupt stays pending, and can be skipped", () => {
            expectFailure(first.run);
            expectFailure(second.run);
            const said = saidOf(second, "doubted");
            assert.match(said, /it may have been done, and nothing is left to interrupt: the instance is active/);
            assert.match(said, /change `triggers`; set `whenIdle: "skip"`/);
            assert.equal(second.outputs.doubted?.status, "pending");
            assert.match(saidOf(third, "doubted"), /a request of an earlier try may have been done/);
            const { status, interrupted } = third.outputs.doubted ?? assert.fail("doubted is not recorded");
            assert.deepEqual([status, interrupted], ["active", false]);
        });
    });

    it("refuses a clientToken that is a secret, before anything is stored or sent", async () => {
        program('clientToken: pulumi.secret("token-canary")');
        for (const act of [() => stack.preview(), () => stack.up()]) {
            const run = expectFailure(await withoutRequests(act));
            assert.match(run.text, /the `clientToken` of a LogstashTaskInterrupt is a secret/);
            assert.doesNotMatch(run.text, /canary/);
        }
        assert.doesNotMatch(JSON.stringify(await stack.resources()), /canary/);
    });
});

describe("a deployment whose requests are never sent fails and records nothing", () => {
    let stack: Stack;
    const servers: Server[] = [];

    before(async () => {
        const endpoints = [{ elasticsearch: "service.invalid" }];
        stack = await Stack.create({
            program: interruptProgram({ instanceId: "ls-cn-truth3001", timeoutSeconds: 2 }),
            config: { "alicloud:endpoints": endpoints },
            env: { NO_PROXY: "", no_proxy: "" },
        });
    });
    after(() => {
        stack.remove();
        for (const server of servers) {
            server.close();
        }
    });
    /** Makes a server the proxy of the runs that follow. */
    async function useProxy(server: Server): Promise<void> {
        servers.push(server);
        await once(server.listen(0, "127.0.0.1"), "listening");
        stack.environment({ HTTPS_PROXY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    }

    it("behind a proxy that accepts connections and never answers", async () => {
        const sockets: Socket[] = [];
        await useProxy(createServer((socket) => void sockets.push(socket.on("error", () => {}))));
        const run = expectFailure(await stack.up());
        for (const socket of sockets) {
            socket.destroy();
        }
        assert.match(
            run.text,
            /not sent: no connection to service\.invalid through the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\)/,
        );
        assert.deepEqual(await stack.resources(), []);
    });

    it("behind a proxy that wants a password", async () => {
        await useProxy(
            createHttpServer().on("connect", (_request, socket) =>
                socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n<html>canary</html>"),
            ),
        );
        const run = expectFailure(await stack.up());
        assert.match(run.text, /not sent\n.*ProxyAuthentication \(the proxy wants a user name and a password\)/);
        assert.doesNotMatch(run.text, /canary/);
        assert.deepEqual(await stack.resources(), []);
    });
});
