import { strict as assert } from "node:assert";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { processesOf } from "../processes";
import { startMocha } from "./child";

describe("what a run of tests leaves behind", () => {
    let temporary: string;
    let outside: string;
    beforeEach(() => {
        temporary = mkdtempSync(join(tmpdir(), "logstash-leftovers-"));
        outside = mkdtempSync(join(tmpdir(), "logstash-outside-"));
    });
    afterEach(() => {
        rmSync(temporary, { recursive: true });
        rmSync(outside, { recursive: true });
    });
    const start = (fixture: string, args: readonly string[]) =>
        startMocha(fixture, args, { TMPDIR: temporary, WAITING_FOLDER: outside });

    it("is nothing when it ends, also with a failure", async () => {
        const { code } = await start("plain.ts", []).ended;
        assert.equal(code, 1);
        assert.deepEqual(readdirSync(temporary), []);
    });

    const ends = [
        { signal: "SIGINT", mode: "one file after the other", args: [] },
        { signal: "SIGKILL", mode: "one file after the other", args: [] },
        { signal: "SIGINT", mode: "files at once", args: ["--parallel"] },
        { signal: "SIGTERM", mode: "files at once", args: ["--parallel"] },
    ] as const;
    for (const { signal, mode, args } of ends) {
        it(`is nothing when ${signal} ends it, with ${mode}: neither files nor processes`, async () => {
            const { pid, ended } = start("waiting.ts", args);
            await until(() => existsSync(join(outside, "waiting")), "the fixture does not wait");
            await until(() => processesOf(temporary).some(waits), "there is no process to leave behind");
            // Ctrl-C reaches the whole group, other signals the process they are sent to.
            process.kill(signal === "SIGINT" ? -pid : pid, signal);
            const { code } = await ended;
            assert.notEqual(code, 0);
            await until(() => readdirSync(temporary).length === 0, "files stay");
            await until(() => processesOf(temporary).length === 0, "processes stay");
        });
    }
});

function waits({ command }: { readonly command: string }): boolean {
    return command.endsWith("wait.js");
}

async function until(isTrue: () => boolean, complaint: string): Promise<void> {
    for (let tries = 0; !isTrue(); tries += 1) {
        assert.ok(tries < 1_500, `after 30 s, ${complaint}`);
        await setTimeout(20);
    }
}
