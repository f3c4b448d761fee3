import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { lostEngine } from "../../../provider/src/engine/lostEngine";

describe("a provider process whose standard input is watched", () => {
    /** Both ends of a pipe; the engine holds the second one. */
    let input: number;
    let engine: number;
    beforeEach(() => {
        const path = join(mkdtempSync(join(tmpdir(), "logstash-input-")), "pipe");
        execFileSync("mkfifo", [path]);
        input = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
        engine = openSync(path, constants.O_WRONLY);
    });
    afterEach(() => closeSync(engine));

    function watched(stdin: unknown, exit: (code?: number) => unknown): AbortSignal {
        return lostEngine({ stdin, exit } as Pick<NodeJS.Process, "stdin" | "exit">, input);
    }

    it("ends its operations at once and itself soon when the engine is gone", async () => {
        const { promise: ended, resolve } = Promise.withResolvers<number | undefined>();
        let hasEnded = false;
        // As in a thread, where it is a stream without a handle.
        const stdin = new PassThrough();
        const stopped = watched(stdin, (code) => {
            hasEnded = true;
            resolve(code);
        });
        assert.equal(stopped.aborted, false);
        stdin.end();
        await once(stopped, "abort");
        assert.match(String(stopped.reason), /the deployment was stopped/);
        // Other listeners get a moment to end.
        assert.equal(hasEnded, false);
        assert.equal(await ended, 1);
        closeSync(input);
    });

    it("is not kept alive by that", () => {
        const before = process.getActiveResourcesInfo();
        const stdin = new Socket({ fd: input, readable: true, writable: false });
        watched(stdin, () => undefined);
        assert.deepEqual(process.getActiveResourcesInfo(), before);
        stdin.destroy();
    });

    it("goes on when its standard input is no pipe, or not open", () => {
        closeSync(input);
        const untouched = {
            get stdin(): never {
                return assert.fail("it is left alone");
            },
            exit: () => assert.fail("it goes on"),
        };
        const nothing = openSync(devNull, "r");
        assert.equal(lostEngine(untouched, nothing).aborted, false);
        closeSync(nothing);
        assert.equal(lostEngine(untouched, 1_000_000).aborted, false);
    });
});
