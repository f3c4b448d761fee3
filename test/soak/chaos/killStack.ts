import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import type { Operation } from "pulumi-alicloud-logstash-emulator";
import { providerLimitMs, providersOf, send } from "../../support/processes";
import type { Run } from "../../support/stack";
import { type CheckpointFile, runWithRemedies, tear } from "./checkpoint";
import { expectNothingToDo } from "./deployments";
import type { Kill, KillRound, KillStack, Moment, Victim } from "./killPlan";
import { Site, type Violation } from "./site";
import { beginGeneration, type Generation, judgeEnd, signalsOf } from "./verdict";

/** A kill, and how the deployment went on. */
export interface KillResult {
    readonly victim: Victim;
    readonly mode: KillRound["mode"];
    /** How far the `pulumi up` was. */
    readonly phase: string;
    /** What was torn of the checkpoint after it. */
    readonly torn: CheckpointFile | undefined;
    /** How long the provider process outlived its CLI, where only that was killed. */
    readonly providerEndedMs: number | undefined;
    /** What had to be run until everything was done exactly once. */
    readonly repair: string;
}

export interface KillStackReport {
    readonly results: readonly KillResult[];
    /** What was torn on purpose, whether or not the kill before it came in time. */
    readonly tears: readonly CheckpointFile[];
    /** Kills that came after the end of the CLI. */
    readonly missed: number;
    readonly violations: readonly Violation[];
    readonly requests: number;
}

const cliLimitMs = 60_000;
const timeoutSeconds = 60;

/** Takes one stack through its rounds of kills; after each the next `pulumi up` has to finish. */
export async function runKillStack(plan: KillStack): Promise<KillStackReport> {
    const instances = plan.interruptMs.map((interruptMs, n) => ({ instanceId: `ls-cn-kill${n + 1}`, interruptMs }));
    const instanceIds = instances.map(({ instanceId }) => instanceId);
    const { name, form, account, credentials } = plan;
    const site = await Site.open({ name, form, account, credentials, instances });
    const results: KillResult[] = [];
    const tears: CheckpointFile[] = [];
    let missed = 0;
    for (const [index, round] of plan.rounds.entries()) {
        const generation = await beginRound(site, round, index + 1, instanceIds);
        const kills: (Landed & { victim: Victim; leftBehind: string })[] = [];
        for (const [n, kill] of round.kills.entries()) {
            const landed = await upKilled(site, generation, kill);
            missed += landed === undefined ? 1 : 0;
            const isLast = n === round.kills.length - 1;
            if (!isLast) {
                // Only after the last kill is it left to the CLI to ask for this.
                await runWithRemedies(site, () => site.run("cancel", "--yes"));
            }
            if (landed !== undefined) {
                kills.push({ ...landed, victim: kill.victim, leftBehind: isLast ? "" : "up (killed too), " });
            }
        }
        site.emulator.faults.clear();
        const torn = round.tear !== undefined && tear(site, round.tear) ? round.tear.file : undefined;
        if (torn !== undefined) {
            tears.push(torn);
        }
        const repair = await finish(site, generation);
        results.push(
            ...kills.map(({ victim, phase, providerEndedMs, leftBehind }) => {
                return { victim, mode: round.mode, phase, torn, providerEndedMs, repair: leftBehind + repair };
            }),
        );
    }
    await expectNothingToDo(site);
    await site.close();
    return { results, tears, missed, violations: site.violations, requests: site.emulator.ledger.requests.length };
}

async function beginRound(
    site: Site,
    round: KillRound,
    number: number,
    instanceIds: readonly string[],
): Promise<Generation> {
    if (number > 1) {
        for (const instanceId of instanceIds) {
            site.emulator.startChange(instanceId);
        }
    }
    const generation = beginGeneration(site, number, instanceIds);
    const declare = (seconds: number) => {
        const declarations = instanceIds.map((instanceId) => ({ instanceId, timeoutSeconds: seconds }));
        site.declare(declarations, generation.trigger);
    };
    if (round.mode === "finish") {
        await leavePending(site, generation, () => declare(1));
    }
    declare(timeoutSeconds);
    for (const [n, instanceId] of instanceIds.entries()) {
        for (const { calls, fault } of round.faults[n] ?? []) {
            site.emulator.faults.add({ operation: "InterruptLogstashTask", instanceId, calls, fault });
        }
    }
    return generation;
}

/** A `pulumi up` without one usable answer: half of the interrupts are done, and nobody knows which. */
async function leavePending(site: Site, { instanceIds }: Generation, declare: () => void): Promise<void> {
    declare();
    for (const [n, instanceId] of instanceIds.entries()) {
        const fault = { kind: "html", status: 502, point: n % 2 === 0 ? "before" : "after" } as const;
        site.emulator.faults.add({ operation: "InterruptLogstashTask", instanceId, fault });
    }
    const { code, text } = await site.up();
    const { records } = await site.exported();
    const pending = instanceIds.filter((instanceId) => records.get(instanceId)?.outputs.status === "pending");
    if (code === 0 || pending.length !== instanceIds.length) {
        site.violate(`an up without usable answers ended with ${code} and ${pending.length} pending`, text);
    }
    site.emulator.faults.clear();
}

interface Landed {
    readonly phase: string;
    readonly providerEndedMs: number | undefined;
}

/** Starts `pulumi up` and kills it at its moment; `undefined` if it had ended before that. */
async function upKilled(site: Site, generation: Generation, kill: Kill): Promise<Landed | undefined> {
    const folder = site.stack.path();
    const { requests, effects } = site.emulator.ledger;
    const before = { requests: requests.length, effects: effects.length, loads: site.providersLoaded };
    const { child, ended } = site.stack.start("up", "--yes", "--skip-preview");
    const cli = Number(child.pid);
    const isOver = () => child.exitCode !== null || child.signalCode !== null;
    const exited = isOver() ? Promise.resolve() : once(child, "exit").then(() => undefined);

    const has = (after: Moment["after"]) => countSince(site, after, before) >= kill.moment.count;
    await waitUntil(() => isOver() || has(kill.moment.after), cliLimitMs);
    await Promise.race([exited, setTimeout(kill.moment.delayMs)]);
    if (kill.victim === "the provider") {
        await waitUntil(() => isOver() || providersOf(folder).length > 0, cliLimitMs);
    }
    const isLoaded = providersOf(folder).some((process) => site.hasLoadedProvider(process));
    const phase = isLoaded ? phaseOf(site, generation, before.requests) : "0 provider not loaded yet";
    const isInTime = !isOver();
    const strikes = isInTime && (await strike(cli, kill, folder, isOver));
    const struckAt = performance.now();

    const cliEnded = await Promise.race([exited.then(() => true), setTimeout(cliLimitMs, false, { ref: false })]);
    if (!cliEnded) {
        site.violate(`the CLI goes on ${cliLimitMs / 1_000} s after ${kill.victim} was to end`);
        send(cli, "SIGKILL");
    }
    const silentMs = await expectSilence(site, struckAt);
    const run = await Promise.race([ended, setTimeout(5_000, { code: null, text: "" } as Run, { ref: false })]);
    site.keep(run.text);
    if (kill.victim === "the provider" || kill.victim === "Ctrl-C once" || !isInTime) {
        await judgeOwnEnd(site, generation, run, kill.victim);
    }
    const isProviderLeft = kill.victim === "the CLI" || kill.victim === "Ctrl-C twice";
    return strikes ? { phase, providerEndedMs: isProviderLeft ? silentMs : undefined } : undefined;
}

/** False if a first Ctrl-C was enough. */
async function strike(cli: number, kill: Kill, folder: string, isOver: () => boolean): Promise<boolean> {
    switch (kill.victim) {
        case "the CLI":
            return send(cli, "SIGKILL");
        case "the provider":
            return providersOf(folder).every(({ pid }) => send(pid, "SIGKILL"));
        case "both": {
            const isKilled = send(cli, "SIGKILL");
            for (const { pid } of providersOf(folder)) {
                send(pid, "SIGKILL");
            }
            return isKilled;
        }
        case "Ctrl-C once":
            return send(-cli, "SIGINT");
        case "Ctrl-C twice":
            // As a terminal does it: to the whole foreground group.
            send(-cli, "SIGINT");
            await setTimeout(kill.gapMs);
            return !isOver() && send(-cli, "SIGINT");
    }
}

/** Expects that the provider process ends in time and that nothing is called after that; tells how long that took. */
async function expectSilence(site: Site, since: number): Promise<number | undefined> {
    const folder = site.stack.path();
    // The two seconds are asserted where nothing runs beside; here two stacks share a machine of two cores.
    const limitMs = 2 * providerLimitMs;
    await waitUntil(() => providersOf(folder).length === 0, limitMs - (performance.now() - since));
    const tookMs = performance.now() - since;
    const left = providersOf(folder);
    const loaded = left.filter((process) => site.hasLoadedProvider(process));
    if (loaded.length > 0) {
        site.violate(`the provider process lives ${Math.round(tookMs)} ms after the CLI`, JSON.stringify(loaded));
    }
    left.forEach(({ pid }) => void send(pid, "SIGKILL"));
    // What it had sent is in the sockets still.
    await setTimeout(150);
    const { requests } = site.emulator.ledger;
    const sent = requests.length;
    await setTimeout(250);
    if (requests.length > sent) {
        site.violate("the cloud is called although the provider process has ended", JSON.stringify(requests.at(-1)));
    }
    return left.length === 0 ? tookMs : undefined;
}

/** A CLI that ended by itself says by its exit code whether all is recorded as done. */
async function judgeOwnEnd(
    site: Site,
    { instanceIds, trigger }: Generation,
    { code, text }: Run,
    victim: Victim,
): Promise<void> {
    const { records } = await site.exported();
    const isDone = instanceIds.every((instanceId) => {
        const outputs = records.get(instanceId)?.outputs;
        return outputs?.status === "suspended" && JSON.stringify(outputs.triggers) === JSON.stringify([trigger]);
    });
    // A Ctrl-C fails the run also where everything was done already.
    const mayFail = victim === "Ctrl-C once";
    if (code === 0 ? !isDone : isDone && !mayFail) {
        site.violate(`exit code ${code}, and ${isDone ? "all" : "not all"} are recorded as suspended`, text);
    }
}

/** Runs `pulumi up`, and what it and the README ask for, until it has ended well; returns what was run. */
async function finish(site: Site, generation: Generation): Promise<string> {
    const { run, applied } = await runWithRemedies(site, () => site.up());
    const steps = [...applied, "up"];
    if (run.code !== 0) {
        const { requests } = site.emulator.ledger;
        site.violate(`the next up ended with ${run.code}`, `${run.text}\n${JSON.stringify(requests.slice(-20))}`);
    }
    const state = await site.exported();
    judgeEnd(site, generation, state);
    if (state.pendingOperations > 0) {
        steps.push("clear creates");
        await clearPendingCreates(site, run.text);
    }
    return steps.join(", ");
}

/** Pending creates stay in the state, with a warning, until they are cleared, which sends nothing. */
async function clearPendingCreates(site: Site, warning: string): Promise<void> {
    if (!/pulumi refresh/.test(warning)) {
        site.violate("pending creates are in the state, and the CLI did not say so", warning);
    }
    const sent = site.emulator.ledger.requests.length;
    const { code, text } = await site.run("refresh", "--clear-pending-creates", "--yes", "--skip-preview");
    const left = (await site.exported()).pendingOperations;
    const calls = site.emulator.ledger.requests.length - sent;
    if (code !== 0 || left > 0 || calls > 0) {
        site.violate(`clearing pending creates ended with ${code}, left ${left}, made ${calls} calls`, text);
    }
}

interface Counts {
    readonly requests: number;
    readonly effects: number;
    readonly loads: number;
}

function countSince(site: Site, after: Moment["after"], before: Counts): number {
    const { requests, effects } = site.emulator.ledger;
    const requestsTo = (operation: Operation) =>
        requests.slice(before.requests).filter((entry) => entry.operation === operation).length;
    switch (after) {
        case "start":
            return 0;
        case "load":
            return site.providersLoaded - before.loads;
        case "interrupt":
            return requestsTo("InterruptLogstashTask");
        case "effect":
            return effects.length - before.effects;
        case "look":
            return requestsTo("DescribeLogstash");
    }
}

/** How far the most advanced of the calls under way is. */
function phaseOf(site: Site, generation: Generation, requestsBefore: number): string {
    const { instanceIds } = generation;
    const signals = instanceIds
        .flatMap((instanceId) => signalsOf(site, generation, instanceId))
        .filter(({ sequence }) => sequence > requestsBefore);
    const open = signals.filter(({ outcome }) => outcome.kind === "open");
    if (signals.length === 0) {
        return "1 nothing sent yet";
    }
    if (open.some(({ effect, replay }) => effect === undefined && !replay)) {
        return "2 sent, not done yet";
    }
    if (open.length > 0) {
        return "3 done, not answered yet";
    }
    const isWaiting = instanceIds.some((instanceId) => site.emulator.instance(instanceId).status !== "suspended");
    return isWaiting ? "4 answered, not suspended yet" : "5 all suspended";
}

async function waitUntil(isTrue: () => boolean, limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!isTrue() && performance.now() < deadline) {
        await setTimeout(5);
    }
}
