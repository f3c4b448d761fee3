import { strict as assert } from "node:assert";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { lostEngine } from "../../../provider/src/engine/lostEngine";
import { repository } from "../../support/commands";

const executable = "pulumi-resource-alicloud-logstash";

describe("a provider process whose standard input is watched", () => {
    let folder: string;
    const opened: Socket[] = [];
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "logstash-input-"));
    });
    afterEach(() => {
        for (const stdin of opened.splice(0)) {
            stdin.destroy();
        }
        rmSync(folder, { recursive: true });
    });

    /** A pipe whose other end the engine holds, read as Node reads a process's standard input. */
    function pipe() {
        const path = join(folder, "pipe");
        execFileSync("mkfifo", [path]);
        const input = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
        const engine = openSync(path, constants.O_WRONLY);
        const stdin = new Socket({ fd: input, readable: true, writable: false });
        opened.push(stdin);
        return { input, stdin: stdin as unknown as NodeJS.Process["stdin"], end: () => closeSync(engine) };
    }

    it("ends its operations at once and itself soon when the engine is gone", async () => {
        const { input, stdin, end } = pipe();
        const { promise: ended, resolve } = Promise.withResolvers<number | undefined>();
        const exits: unknown[] = [];
        const exit = (code?: number) => {
            exits.push(code);
            resolve(code);
        };
        const stopped = lostEngine({ stdin, exit: exit as NodeJS.Process["exit"] }, input);
        assert.equal(stopped.aborted, false);
        end();
        await once(stopped, "abort");
        assert.match(String(stopped.reason), /the deployment was stopped/);
        // Other listeners get a moment to end.
        assert.deepEqual(exits, []);
        assert.equal(await ended, 1);
    });

    it("is not kept alive by that", () => {
        const before = process.getActiveResourcesInfo();
        const { input, stdin, end } = pipe();
        lostEngine({ stdin, exit: (() => undefined) as unknown as NodeJS.Process["exit"] }, input);
        assert.deepEqual(process.getActiveResourcesInfo(), before);
        stdin.destroy();
        end();
    });

    it("ends in a thread too, whose standard input is a stream without a handle", async () => {
        const { input, end } = pipe();
        const { promise: ended, resolve } = Promise.withResolvers<unknown>();
        const ofThread = new PassThrough();
        const stdin = ofThread as unknown as NodeJS.Process["stdin"];
        const stopped = lostEngine({ stdin, exit: resolve as NodeJS.Process["exit"] }, input);
        ofThread.end();
        assert.equal(await ended, 1);
        assert.equal(stopped.aborted, true);
        end();
    });

    it("goes on when its standard input is no pipe, or not open", () => {
        const nothing = openSync(devNull, "r");
        const watched = {
            get stdin(): never {
                return assert.fail("it is left alone");
            },
            exit: () => assert.fail("it goes on"),
        };
        assert.equal(lostEngine(watched, nothing).aborted, false);
        closeSync(nothing);
        const never = 1_000_000;
        assert.equal(lostEngine(watched, never).aborted, false);
    });

    it("lets a thousand operations listen without a warning of a leak", async () => {
        const warnings: Error[] = [];
        const note = (warning: Error) => warnings.push(warning);
        process.on("warning", note);
        const nothing = openSync(devNull, "r");
        const stopped = lostEngine(process, nothing);
        closeSync(nothing);
        for (let n = 0; n < 1_000; n += 1) {
            stopped.addEventListener("abort", () => {});
        }
        await new Promise((resolve) => setImmediate(resolve));
        process.off("warning", note);
        assert.deepEqual(warnings, []);
    });
});

describe("the plugin's process", () => {
    it("ends when the engine is gone before it reads the port", async () => {
        const plugin = spawn(process.execPath, [join(repository, "provider", "bin", executable), "127.0.0.1:1"]);
        const bound = setTimeout(() => plugin.kill("SIGKILL"), 10_000);
        try {
            plugin.stdout.destroy();
            plugin.stdin.destroy();
            assert.deepEqual(await once(plugin, "exit"), [1, null]);
        } finally {
            clearTimeout(bound);
        }
    });
});
