import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { run } from "../../support/commands";
import { interrupt } from "../../support/fixture";
import { killCli } from "../../support/processes";
import { programOf } from "../../support/programs";
import { expectFailure, expectSuccess, Stack } from "../../support/stack";

const instanceIds = ["ls-cn-runner0001", "ls-cn-runner0002"];
const locked = /the stack is currently locked by \d+ lock/;

/** A place for states that several runners share. */
interface Backend {
    readonly url: string;
    stop?(): Promise<unknown>;
}

const backends: Readonly<Record<string, () => Promise<Backend>>> = {
    "a file backend": async () => ({ url: `file://${mkdtempSync(join(tmpdir(), "logstash-backend-"))}` }),
    /** A server in a temporary folder, reached by a socket in it and by nothing else; it does not run as root. */
    PostgreSQL: async () => {
        const cwd = mkdtempSync(join(tmpdir(), "logstash-postgres-"));
        // Debian keeps the server's programs off PATH, in a folder for each version.
        const debian = "/usr/lib/postgresql";
        const [newest = ""] = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
        const server = (program: string, ...args: readonly string[]) => {
            const command = [join(debian, newest, "bin", program), "--pgdata", join(cwd, "data"), ...args];
            return run("runuser", ["-u", "postgres", "--", ...command], { cwd });
        };
        await run("chown", ["postgres", cwd], { cwd });
        await server("initdb", "--username", "pulumi", "--auth", "trust", "--encoding", "UTF8", "--no-sync");
        const options = `-k ${cwd} -c listen_addresses= -c fsync=off`;
        await server("pg_ctl", "start", "--wait", "--log", join(cwd, "log"), "--options", options);
        const url = `postgres://pulumi@/postgres?host=${cwd}&sslmode=disable`;
        // It does not wait for clients.
        return { url, stop: () => server("pg_ctl", "stop", "--mode", "fast") };
    },
};

for (const [name, startBackend] of Object.entries(backends)) {
    describe(`several runners that share ${name}`, () => {
        let backend: Backend;
        let emulator: Emulator;
        const clones: Stack[] = [];

        before(async () => {
            backend = await startBackend();
        });
        after(() => backend?.stop?.());
        afterEach(async () => {
            for (const clone of clones.splice(0)) {
                clone.remove();
            }
            await emulator.stop();
        });

        const requests = () => emulator.ledger.requestsTo(interrupt);
        const effects = () => emulator.ledger.effects.length;
        async function open(stack: string, interruptMs = 0): Promise<readonly [first: Stack, second: Stack]> {
            emulator = await startEmulator({
                instances: instanceIds.map((instanceId) => ({ instanceId, interruptMs })),
            });
            const names = instanceIds.map((instanceId, n) => [`pause${n}`, { args: { instanceId } }] as const);
            const program = programOf(Object.fromEntries(names));
            const first = await Stack.create({ emulator, program, stack, env: { PULUMI_BACKEND_URL: backend.url } });
            const second = await first.clone();
            clones.push(first, second);
            return [first, second];
        }
        async function until(isTrue: () => boolean): Promise<void> {
            for (let tries = 0; !isTrue(); tries += 1) {
                assert.ok(tries < 3_000, "it has not happened within 60 s");
                await setTimeout(20);
            }
        }
        /** Each instance is interrupted once, and another run changes nothing. */
        async function expectDoneOnce(runner: Stack): Promise<void> {
            const statuses = (await runner.resources()).map(({ outputs }) => outputs.status);
            assert.deepEqual(statuses, ["suspended", "suspended"]);
            assert.equal(effects(), 2);
            assert.equal(new Set(requests().map(({ clientToken }) => clientToken)).size, 2);
            const sent = emulator.ledger.requests.length;
            expectSuccess(await runner.up("--expect-no-changes"));
            assert.equal(emulator.ledger.requests.length, sent);
        }

        it("name the lock and do nothing when another one runs", async () => {
            const [first, second] = await open("locked", Number.POSITIVE_INFINITY);
            const running = first.start("up", "--yes", "--skip-preview");
            await until(() => effects() === 2);
            assert.match(expectFailure(await second.up()).text, locked);
            assert.match(expectFailure(await second.destroy()).text, locked);
            assert.equal(requests().length, 2);
            for (const instanceId of instanceIds) {
                emulator.step(instanceId);
            }
            expectSuccess(await running.ended);
            await expectDoneOnce(second);
        });

        it("have one effect for each resource when they start at the same moment", async () => {
            const [first, second] = await open("racing");
            for (const { text } of (await Promise.all([first.up(), second.up()])).filter(({ code }) => code !== 0)) {
                assert.match(text, locked);
            }
            // Each may have seen the lock of the other.
            expectSuccess(await first.up());
            await expectDoneOnce(second);
        });

        for (const point of ["before", "after"] as const) {
            it(`finish what another began when that was killed ${point} the effect`, async () => {
                const [first, second] = await open(`killed-${point}`);
                // The CLI is killed, and with it the machine's knowledge of the requests, while the responses hang.
                emulator.faults.add({ operation: interrupt, calls: 1, fault: { kind: "hang", point } });
                const { child } = first.start("up", "--yes", "--skip-preview");
                await until(() => requests().length === 2 && effects() === (point === "after" ? 2 : 0));
                await killCli(child, first.path());

                const sent = requests().length;
                assert.match(expectFailure(await second.up()).text, locked);
                assert.equal(requests().length, sent);
                expectSuccess(await second.pulumi("cancel", "--yes"));
                expectSuccess(await second.up());
                expectSuccess(await second.refresh("--clear-pending-creates"));
                await expectDoneOnce(second);
            });
        }
    });
}
