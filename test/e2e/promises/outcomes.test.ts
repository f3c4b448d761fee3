import { strict as assert } from "node:assert";
import { type Emulator, type Fault, type InstanceOptions, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { changeOf, diagnosticsOf } from "../../support/cliOutput";
import { type Arguments, programOf } from "../../support/programs";
import { expectFailure, expectSuccess, type ResourceState, type Run, Stack } from "../../support/stack";

const signal = "InterruptLogstashTask";

type Records = Readonly<Partial<Record<string, ResourceState>>>;

/** Resources whose names their instances have too, on an emulator and a stack of their own. */
class Scene {
    private constructor(
        readonly emulator: Emulator,
        readonly stack: Stack,
    ) {}

    static async open(instances: Readonly<Record<string, Omit<InstanceOptions, "instanceId">>>): Promise<Scene> {
        const emulator = await startEmulator({
            instances: Object.entries(instances).map(([name, options]) => ({
                instanceId: instanceOf(name),
                status: "activating" as const,
                ...options,
            })),
        });
        return new Scene(emulator, await Stack.create({ emulator, program: "" }));
    }

    async close(): Promise<void> {
        this.stack.remove();
        await this.emulator.stop();
    }

    declare(resources: Readonly<Record<string, Arguments>>): void {
        const declarations = Object.entries(resources).map(
            ([name, args]) => [name, { args: { instanceId: instanceOf(name), ...args } }] as const,
        );
        this.stack.program(programOf(Object.fromEntries(declarations)));
    }

    strike(name: string, fault: Fault, operation: "InterruptLogstashTask" | "DescribeLogstash" = signal): void {
        this.emulator.faults.add({ operation, instanceId: instanceOf(name), fault });
    }

    strikeOnce(name: string, fault: Fault): void {
        this.emulator.faults.add({ operation: signal, instanceId: instanceOf(name), calls: 1, fault });
    }

    /** The recorded resources by name. */
    async records(): Promise<Records> {
        const records = await this.stack.resources();
        return Object.fromEntries(records.map((record) => [record.urn.split("::").at(-1), record]));
    }

    signals(name: string) {
        return this.emulator.ledger.requestsTo(signal, instanceOf(name));
    }

    effects(name: string): number {
        return this.emulator.ledger.effectsOn(instanceOf(name)).length;
    }

    expectOneToken(name: string): void {
        assert.equal(new Set(this.signals(name).map(({ clientToken }) => clientToken)).size, 1);
    }
}

function instanceOf(name: string): string {
    return `ls-cn-${name.toLowerCase()}01`;
}

function endingOf(record: ResourceState | undefined): readonly unknown[] {
    return [record?.outputs.status, record?.outputs.interrupted];
}

describe("an interrupt", () => {
    let scene: Scene;
    let succeeded: Run;
    let failed: Run;
    let finished: Run;
    let afterSuccess: Records;
    let afterFailure: Records;
    let atEnd: Records;
    let sentBefore: number;

    const unanswered = ["unanswered", "reset", "superseded"] as const;
    const updated = ["updateUnanswered", "updateRefused"] as const;

    before(async () => {
        scene = await Scene.open({
            ...{ lost: {}, slow: { interruptMs: 2_500, changeMs: 60_000 }, trusting: {} },
            ...{ skipped: { status: "active" }, reached: { status: "suspended" } },
            ...{ idle: { status: "active" }, unseen: {}, waiting: { interruptMs: Number.POSITIVE_INFINITY } },
            ...{ unanswered: {}, reset: {}, superseded: {} },
            ...{ updateUnanswered: {}, updateRefused: {} },
        });
        const short = { timeoutSeconds: 2 };
        const updatedFor = (trigger: string) => ({
            updateUnanswered: { ...short, triggers: [trigger] },
            updateRefused: { ...short, triggers: [trigger] },
        });
        const succeeding = {
            lost: {},
            slow: {},
            trusting: { waitForSuspended: false },
            skipped: { whenIdle: "skip" },
            reached: {},
        };
        scene.strikeOnce("lost", { kind: "reset", point: "after" });
        scene.declare({ ...succeeding, ...updatedFor("v1") });
        succeeded = expectSuccess(await scene.stack.up());
        afterSuccess = await scene.records();

        const forbidden = { kind: "refusal", status: 403, code: "Forbidden.RAM", message: "Not authorized." } as const;
        scene.strike("unseen", forbidden, "DescribeLogstash");
        for (const name of unanswered) {
            scene.strike(name, { kind: "service-unavailable", point: "after" });
        }
        for (const name of updated) {
            scene.emulator.startChange(instanceOf(name));
        }
        scene.strike("updateUnanswered", { kind: "html", status: 502, point: "after" });
        scene.strike("updateRefused", forbidden);
        const pending = { unseen: short, waiting: short, unanswered: short, reset: short };
        scene.declare({ ...succeeding, ...updatedFor("v2"), nosuch: {}, idle: {}, superseded: short, ...pending });
        failed = expectFailure(await scene.stack.up("--continue-on-error"));
        afterFailure = await scene.records();

        scene.emulator.faults.clear();
        scene.emulator.step(instanceOf("waiting"));
        scene.emulator.startChange(instanceOf("superseded"));
        sentBefore = scene.signals("superseded").length;
        scene.declare({
            ...succeeding,
            ...updatedFor("v2"),
            idle: { whenIdle: "skip" },
            superseded: { ...short, triggers: ["v2"] },
            ...pending,
            reset: { timeoutSeconds: 30, waitForSuspended: true },
        });
        finished = expectSuccess(await scene.stack.up());
        atEnd = await scene.records();
    });
    after(() => scene.close());

    /** The CLI's explanation of one resource. */
    const explanationOf = (name: string) => diagnosticsOf(failed, name).join("\n");

    function expectFinished(name: string): void {
        assert.equal(changeOf(finished, name), "updated");
        assert.deepEqual(endingOf(atEnd[name]), ["suspended", true]);
        assert.equal(atEnd[name]?.initErrors, undefined);
        assert.equal(scene.effects(name), 1);
        scene.expectOneToken(name);
    }

    describe("that succeeds", () => {
        it("is one effect when the first answer is lost, and the CLI says what was retried", () => {
            const [retry = "", ...more] = diagnosticsOf(succeeded, "lost");
            assert.match(retry, /^InterruptLogstashTask: ECONNRESET.*retrying with the same client token/);
            assert.deepEqual(more, []);
            assert.deepEqual(endingOf(afterSuccess.lost), ["suspended", true]);
            assert.equal(scene.effects("lost"), 1);
            scene.expectOneToken("lost");
        });

        it("waits beside the resource until the instance is suspended", () => {
            assert.match(succeeded.text, /LogstashTaskInterrupt slow .*\d+ %, activating, \d+ s left/);
            assert.deepEqual(endingOf(afterSuccess.slow), ["suspended", true]);
            assert.equal(scene.effects("slow"), 1);
        });

        it("trusts the acceptance without a look where `waitForSuspended` is false", () => {
            assert.equal(afterSuccess.trusting?.outputs.status, "accepted");
            assert.equal(scene.emulator.ledger.requestsTo("DescribeLogstash", instanceOf("trusting")).length, 0);
        });

        it('is recorded as skipped for an idle instance with `whenIdle: "skip"`', () => {
            assert.deepEqual(
                [...endingOf(afterSuccess.skipped), afterSuccess.skipped?.outputs.interruptedAt],
                ["active", false, undefined],
            );
            assert.equal(scene.effects("skipped"), 0);
        });

        it("is reached already where the instance is suspended", () => {
            assert.deepEqual(endingOf(afterSuccess.reached), ["suspended", false]);
            assert.equal(scene.effects("reached"), 0);
        });
    });

    describe("that does not succeed", () => {
        it("for a refusal ends with the service's words, and records nothing", () => {
            const [request, ...more] = scene.signals("nosuch");
            assert.deepEqual(more, []);
            assert.match(explanationOf("nosuch"), /InterruptLogstashTask on ls-cn-nosuch01 in cn-hangzhou: refused/);
            assert.match(explanationOf("nosuch"), /InstanceNotFound/);
            assert.ok(explanationOf("nosuch").includes(String(request?.requestId)));
            assert.equal(afterFailure.nosuch, undefined);
        });

        it("for an idle instance says how to skip, records nothing, and is skipped by the next run", () => {
            assert.match(explanationOf("idle"), /nothing to interrupt: the instance is active/);
            assert.match(explanationOf("idle"), /`whenIdle: "skip"`/);
            assert.equal(afterFailure.idle, undefined);
            assert.deepEqual(
                [...endingOf(atEnd.idle), atEnd.idle?.outputs.interruptedAt],
                ["active", false, undefined],
            );
            assert.equal(scene.effects("idle"), 0);
        });

        it("names the RAM action when it may not look at the instance, and finishes once it may", () => {
            assert.match(explanationOf("unseen"), /elasticsearch:DescribeLogstash/);
            assert.equal(afterFailure.unseen?.outputs.status, "pending");
            expectFinished("unseen");
        });

        it("stays recorded when the wait runs out, and the next run only looks", () => {
            assert.match(
                explanationOf("waiting"),
                /accepted, but not seen through within 2 s .*: the instance is activating/,
            );
            assert.match(explanationOf("waiting"), /to interrupt a newer change instead, change `triggers`/);
            assert.deepEqual(endingOf(afterFailure.waiting), ["pending", true]);
            expectFinished("waiting");
            assert.equal(atEnd.waiting?.outputs.interruptedAt, afterFailure.waiting?.outputs.interruptedAt);
            assert.equal(scene.signals("waiting").length, 1);
        });

        for (const name of unanswered) {
            it(`is recorded as pending when no answer comes: ${name}`, () => {
                assert.match(explanationOf(name), /it is not known whether it was done/);
                assert.match(explanationOf(name), /ServiceUnavailable \(HTTP 503\)/);
                const { id, outputs, initErrors } = afterFailure[name] ?? assert.fail("not recorded");
                assert.equal(id, instanceOf(name));
                assert.deepEqual([outputs.status, outputs.interrupted], ["pending", false]);
                assert.equal(outputs.clientToken, scene.signals(name)[0]?.clientToken);
                assert.equal(initErrors?.length, 1);
            });
        }

        it("is finished by the next run, with the same token", () => expectFinished("unanswered"));

        it("is finished so whatever settings have changed since", () => expectFinished("reset"));

        it("is superseded by a new trigger: only the new token is sent", () => {
            const signals = scene.signals("superseded");
            const [later, ...more] = signals.slice(sentBefore);
            assert.deepEqual(more, []);
            assert.notEqual(later?.clientToken, signals[0]?.clientToken);
            assert.equal(scene.effects("superseded"), 2);
            assert.equal(atEnd.superseded?.outputs.status, "suspended");
        });

        it("is done once it is finished: the next run finds nothing to do", async () => {
            const sent = scene.emulator.ledger.requests.length;
            assert.match(expectSuccess(await scene.stack.up()).text, /14 unchanged/);
            assert.equal(scene.emulator.ledger.requests.length, sent);
        });
    });

    describe("after an earlier one, that does not succeed,", () => {
        it("because no answer comes is finished too, and the old record is not lost", () => {
            const { outputs } = afterFailure.updateUnanswered ?? assert.fail("not recorded");
            assert.deepEqual([outputs.status, outputs.triggers], ["pending", ["v2"]]);
            assert.equal(atEnd.updateUnanswered?.outputs.status, "suspended");
            assert.equal(scene.effects("updateUnanswered"), 2);
        });

        it("because it is refused leaves the record as it was, and is sent again by the next run", () => {
            assert.match(explanationOf("updateRefused"), /grant the RAM action elasticsearch:InterruptLogstashTask/);
            assert.deepEqual(afterFailure.updateRefused?.outputs, afterSuccess.updateRefused?.outputs);
            assert.equal(atEnd.updateRefused?.outputs.status, "suspended");
            assert.equal(scene.effects("updateRefused"), 2);
        });
    });
});
