import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { providerLimitMs, providersOf, send } from "../../support/processes";
import type { Run } from "../../support/stack";
import type { Fixture } from "./fixture";
import { type Generation, isSuspended } from "./generation";
import type { Kill } from "./plan";

const cliLimitMs = 60_000;

/** Starts `pulumi up` and kills it. Returns false if the kill came too late. */
export async function upKilled(fixture: Fixture, generation: Generation, kill: Kill): Promise<boolean> {
    const { child, ended } = fixture.stack.start("up", "--yes", "--skip-preview");
    const cli = Number(child.pid);
    const isOver = () => child.exitCode !== null || child.signalCode !== null;
    const exited = once(child, "exit").then(() => true);
    const folder = fixture.stack.path();

    const since = countsOf(fixture);
    const hasCome = () => countsOf(fixture)[kill.after] - since[kill.after] >= kill.count;
    await waitUntil(() => isOver() || kill.after === "start" || hasCome(), cliLimitMs);
    await Promise.race([exited, setTimeout(kill.delayMs)]);
    if (kill.target === "the provider") {
        await waitUntil(() => isOver() || providersOf(folder).length > 0, cliLimitMs);
    }
    const isInTime = !isOver();
    const isKilled = isInTime && (await sendKill(cli, kill, folder, isOver));
    const killedAt = performance.now();

    if (!(await Promise.race([exited, setTimeout(cliLimitMs, false, { ref: false })]))) {
        fixture.violate(`the CLI lives ${cliLimitMs / 1_000} s after the kill of ${kill.target}`);
        send(cli, "SIGKILL");
    }
    await expectSilence(fixture, killedAt);
    // What the CLI has left behind may keep its output open.
    const run = await Promise.race([ended, setTimeout(5_000, { code: null, text: "" } as Run, { ref: false })]);
    if (kill.target === "the provider" || kill.target === "Ctrl-C once" || !isInTime) {
        await expectTrueExitCode(fixture, generation, run, kill);
    }
    return isKilled;
}

/** Returns false if the CLI ended earlier, or with a first Ctrl-C. */
async function sendKill(cli: number, { target }: Kill, folder: string, isOver: () => boolean): Promise<boolean> {
    const killProviders = () => providersOf(folder).every(({ pid }) => send(pid, "SIGKILL"));
    switch (target) {
        case "the CLI":
            return send(cli, "SIGKILL");
        case "the provider":
            return killProviders();
        case "both": {
            const isKilled = send(cli, "SIGKILL");
            killProviders();
            return isKilled;
        }
        // As a terminal does it: to the whole foreground group.
        case "Ctrl-C once":
            return send(-cli, "SIGINT");
        case "Ctrl-C twice":
            send(-cli, "SIGINT");
            await setTimeout(300);
            return !isOver() && send(-cli, "SIGINT");
    }
}

/** The provider process ends in time, and then nothing is called. */
async function expectSilence(fixture: Fixture, killedAt: number): Promise<void> {
    const folder = fixture.stack.path();
    // The limit itself is asserted in a test that runs alone. Here two stacks share a machine.
    await waitUntil(() => providersOf(folder).length === 0, 2 * providerLimitMs - (performance.now() - killedAt));
    const left = providersOf(folder);
    const loaded = left.filter((process) => fixture.hasLoadedProvider(process));
    if (loaded.length > 0) {
        const ms = Math.round(performance.now() - killedAt);
        fixture.violate(`the provider process lives ${ms} ms after the kill`, JSON.stringify(loaded));
    }
    left.forEach(({ pid }) => void send(pid, "SIGKILL"));
    // The sockets may still hold what it has sent.
    await setTimeout(150);
    const { requests } = fixture.emulator.ledger;
    const arrived = requests.length;
    await setTimeout(250);
    if (requests.length > arrived) {
        fixture.violate("a call after the provider process has ended", JSON.stringify(requests.at(-1)));
    }
}

/** The exit code of a CLI that ended by itself is 0 if everything is recorded as suspended. */
async function expectTrueExitCode(
    fixture: Fixture,
    generation: Generation,
    { code, text }: Run,
    { target }: Kill,
): Promise<void> {
    const { records } = await fixture.exported();
    const isSuccess = generation.instanceIds.every((instanceId) => isSuspended(records.get(instanceId), generation));
    // A Ctrl-C fails the run even if everything was recorded.
    const mayFail = target === "Ctrl-C once";
    if (code === 0 ? !isSuccess : isSuccess && !mayFail) {
        fixture.violate(`exit code ${code}, ${isSuccess ? "all" : "not all"} are recorded as suspended`, text);
    }
}

function countsOf({ loads, emulator }: Fixture): Readonly<Record<Kill["after"], number>> {
    const { requests, effects } = emulator.ledger;
    const polls = requests.filter(({ operation }) => operation === "DescribeLogstash").length;
    return { start: 0, load: loads, request: requests.length - polls, effect: effects.length, poll: polls };
}

async function waitUntil(isTrue: () => boolean, limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!isTrue() && performance.now() < deadline) {
        await setTimeout(5);
    }
}
