import { inspect } from "node:util";
import { Fixture } from "./fixture";
import { expectAppliedOnce, type Generation } from "./generation";
import { upKilled } from "./kill";
import { type Deployment, type Plan, planOf } from "./plan";
import { runWithRepairs, type Tear, tearCheckpoint } from "./repair";

export interface Totals {
    readonly violations: string[];
    /** The files that were torn. */
    readonly tears: Tear["file"][];
    kills: number;
    /** Kills that came after the end of the CLI. */
    missed: number;
    requests: number;
}

/** One for each core of a small machine. */
const stacksAtATime = 2;
const timeoutSeconds = 60;

/** Kills deployments of the real engine, in both forms, until the first violation. Reports each stack. */
export async function runChaos(seed: number, kills: number, report: (line: string) => void): Promise<Totals> {
    const totals: Totals = { violations: [], tears: [], kills: 0, missed: 0, requests: 0 };
    let stacks = 0;
    const work = async () => {
        // Further stacks make up for kills that come too late.
        while (totals.kills < kills && totals.violations.length === 0) {
            const plan = planOf(seed, stacks++);
            const started = performance.now();
            const lines = await runStack(plan, totals);
            const seconds = ((performance.now() - started) / 1_000).toFixed(0);
            report([`${plan.name}, ${seconds} s`, ...lines].join("\n    "));
        }
    };
    await Promise.all(Array.from({ length: stacksAtATime }, work));
    return totals;
}

/** Takes one stack through its deployments. Returns a line for each. */
async function runStack({ name, form, interruptMs, deployments }: Plan, totals: Totals): Promise<string[]> {
    const instances = interruptMs.map((ms, n) => ({ instanceId: `ls-cn-kill${n + 1}`, interruptMs: ms }));
    const instanceIds = instances.map(({ instanceId }) => instanceId);
    const fixture = await Fixture.create(name, form, instances);
    const lines: string[] = [];
    try {
        for (const [index, deployment] of deployments.entries()) {
            const number = index + 1;
            const requestsBefore = fixture.emulator.ledger.requests.length;
            const generation = { number, trigger: `v${number}`, instanceIds, requestsBefore };
            lines.push(await runDeployment(fixture, generation, deployment, totals));
        }
        const { code, text } = await fixture.runWithoutCalls("up", "--yes", "--skip-preview", "--expect-no-changes");
        if (code !== 0 || /pulumi refresh/.test(text)) {
            fixture.violate(`an up without changes ended with ${code}`, text);
        }
    } catch (error) {
        fixture.violate("the run of the stack failed", inspect(error));
    } finally {
        totals.requests += fixture.emulator.ledger.requests.length;
        totals.violations.push(...fixture.violations);
        await fixture.remove();
    }
    return lines;
}

async function runDeployment(
    fixture: Fixture,
    generation: Generation,
    deployment: Deployment,
    totals: Totals,
): Promise<string> {
    const { mode, kills, tear } = deployment;
    const words: string[] = [mode];
    await beginDeployment(fixture, generation, deployment);
    for (const [index, kill] of kills.entries()) {
        const isKilled = await upKilled(fixture, generation, kill);
        totals[isKilled ? "kills" : "missed"] += 1;
        words.push(
            `${kill.target} ${kill.delayMs} ms after ${kill.after} ${kill.count}${isKilled ? "" : " (too late)"}`,
        );
        if (index < kills.length - 1) {
            // After the last kill the CLI has to ask for it.
            await runWithRepairs(fixture, () => fixture.run("cancel", "--yes"));
        }
    }
    fixture.emulator.faults.clear();
    if (tear !== undefined && tearCheckpoint(fixture, tear)) {
        totals.tears.push(tear.file);
        words.push(`${tear.file} torn`);
    }
    return [...words, ...(await finish(fixture, generation))].join(", ");
}

async function beginDeployment(fixture: Fixture, generation: Generation, { mode, faults }: Deployment): Promise<void> {
    const { number, trigger, instanceIds } = generation;
    const { emulator } = fixture;
    if (number > 1) {
        instanceIds.forEach((instanceId) => void emulator.startChange(instanceId));
    }
    if (mode === "finish") {
        await leavePending(fixture, generation);
    }
    fixture.declare(instanceIds, trigger, timeoutSeconds);
    for (const [n, instanceId] of instanceIds.entries()) {
        for (const rule of faults[n] ?? []) {
            emulator.faults.add({ operation: "InterruptLogstashTask", instanceId, ...rule });
        }
    }
}

/** A `pulumi up` without a valid response: half of the interrupts are applied, and all are recorded as pending. */
async function leavePending(fixture: Fixture, { instanceIds, trigger }: Generation): Promise<void> {
    const { faults } = fixture.emulator;
    fixture.declare(instanceIds, trigger, 1);
    for (const [n, instanceId] of instanceIds.entries()) {
        const fault = { kind: "html", status: 502, point: n % 2 === 0 ? "before" : "after" } as const;
        faults.add({ operation: "InterruptLogstashTask", instanceId, fault });
    }
    const { code, text } = await fixture.up();
    const { records } = await fixture.exported();
    const arePending = instanceIds.every((instanceId) => records.get(instanceId)?.outputs.status === "pending");
    if (code === 0 || !arePending) {
        fixture.violate(`an up without valid responses ended with ${code}, and not all are pending`, text);
    }
    faults.clear();
}

/** Runs `pulumi up`, and what it and the documentation ask for, until it succeeds. Returns what was run. */
async function finish(fixture: Fixture, generation: Generation): Promise<string[]> {
    const { run, applied } = await runWithRepairs(fixture, () => fixture.up());
    if (run.code !== 0) {
        fixture.violate(`the next up ended with ${run.code}`, run.text);
    }
    const state = await fixture.exported();
    expectAppliedOnce(fixture, generation, state);
    if (state.pendingOperations === 0) {
        return [...applied, "up"];
    }
    // The state keeps pending creates, and the CLI warns of them, until they are cleared.
    const cleared = await fixture.runWithoutCalls("refresh", "--clear-pending-creates", "--yes", "--skip-preview");
    const { pendingOperations } = await fixture.exported();
    if (!/pulumi refresh/.test(run.text) || cleared.code !== 0 || pendingOperations > 0) {
        fixture.violate(`${pendingOperations} pending creates are left`, `${run.text}\n${cleared.text}`);
    }
    return [...applied, "up", "clear creates"];
}
