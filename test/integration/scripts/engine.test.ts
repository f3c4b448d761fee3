import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type EngineOptions, engineEnv, findEngine, PINNED } from "../../../scripts/engine";

const hosts = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

describe("the search for a Pulumi CLI", () => {
    let folder: string;
    let path: string;
    let versions: string;
    let env: NodeJS.ProcessEnv;
    let said: string[];

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "engine-test-"));
        path = join(folder, "path");
        versions = join(folder, "home", "versions");
        // Tools of this machine are not on PATH.
        env = { PATH: path, PULUMI_HOME: join(folder, "home") };
        said = [];
        mkdirSync(path);
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

    const find = (options: EngineOptions = {}) =>
        findEngine({ env, installerUrl: "http://127.0.0.1:1/", say: (line) => said.push(line), ...options });
    const installedBin = () => join(versions, PINNED, "bin");

    it("takes the first usable CLI on PATH when there are several", async () => {
        const newer = join(folder, "newer");
        fakeCli(path, "3.199.9");
        fakeCli(newer, "4.0.0-alpha.1");
        fakeCli(installedBin(), PINNED);
        const engine = await find({ env: { ...env, PATH: [path, newer].join(delimiter) } });
        assert.deepEqual(engine, {
            command: join(newer, "pulumi"),
            binDir: newer,
            version: "4.0.0-alpha.1",
            reason: "on PATH",
        });
        assert.deepEqual(said, []);
    });

    it("takes the installed CLI when PATH has only the lazy installer", async () => {
        const lazy = join(folder, "node_modules", ".bin");
        const global = join(folder, "lib", "node_modules", "pulumi");
        fakeCli(lazy, "3.250.0");
        fakeCli(global, "3.250.0");
        execFileSync("ln", ["-s", join(global, "pulumi"), join(path, "pulumi")]);
        fakeCli(installedBin(), PINNED);
        const engine = await find({ env: { ...env, PATH: [lazy, path].join(delimiter) } });
        assert.equal(engine.command, join(installedBin(), "pulumi"));
        assert.match(engine.reason, /^on PATH: none; installed$/);
    });

    for (const [what, script, reason] of [
        ["fails", "echo broken library >&2; exit 3", /broken library/],
        ["is something else", "echo hello", /version prints "hello\\n"/],
        ["is too old", "echo v3.199.9", /is v3\.199\.9, not 3\.200\.0 or later/],
    ] as const) {
        it(`says why when the CLI on PATH ${what}`, async () => {
            fakeCli(path, "3.250.0");
            executable(join(path, "pulumi"), script);
            fakeCli(installedBin(), PINNED);
            assert.match((await find()).reason, reason);
        });
    }

    it("takes another CLI when the one on PATH has no host", async () => {
        fakeCli(path, "3.250.0");
        rmSync(join(path, "pulumi-language-nodejs"));
        fakeCli(installedBin(), PINNED);
        assert.match((await find()).reason, /has no pulumi-language-nodejs beside it or on PATH; installed$/);
    });

    it("runs the official install script when nothing is installed", async () => {
        const expected = '[ "$1 $2 $4" = "--no-edit-path --install-root --version" ] || exit 9';
        const script = ["#!/bin/sh", expected, ...writingCli('"$3/bin"', '"$5"')].join("\n");
        const engine = await serving(
            (_, response) => response.end(script),
            (installerUrl) => find({ installerUrl }),
        );
        assert.equal(engine.command, join(installedBin(), "pulumi"));
        assert.match(engine.reason, /; download$/);
        assert.deepEqual(readdirSync(versions), [PINNED]);
        assert.match((await find()).reason, /; installed$/);
    });

    it("runs no web page that is in the place of the install script", async () => {
        fakeGo(path);
        const page: RequestListener = (_, response) => response.end("<html>sign in</html>");
        const engine = await serving(page, (installerUrl) => find({ installerUrl }));
        assert.match(engine.reason, /download: HTTP 200 without an install script; build$/);
    });

    it("builds a complete CLI, and reports its progress, when there is no download", async () => {
        fakeGo(path, "echo go: downloading example v1 >&2", "echo internal/cpu >&2", ...writingCli('"$out"', PINNED));
        assert.match((await find()).reason, /download: .+; build$/);
        assert.deepEqual(readdirSync(installedBin()).sort(), ["pulumi", ...hosts]);
        assert.match(said.join("\n"), /^Building .*\n.*cmd\/pulumi: 1 modules downloaded, 1 packages compiled, 0:0\d/);
    });

    it("replaces an installation when it is broken", async () => {
        fakeGo(path);
        mkdirSync(installedBin(), { recursive: true });
        writeFileSync(join(installedBin(), "pulumi"), "");
        assert.match((await find()).reason, /; build$/);
    });

    it("leaves nothing when a build fails, or builds another version", async () => {
        fakeGo(path, "echo no such module >&2; exit 1");
        await assert.rejects(find(), /build: no such module\nAny one of these helps:/);
        fakeGo(path, ...writingCli('"$out"', "3.201.0"));
        await assert.rejects(find(), /is v3\.201\.0, not /);
        assert.deepEqual(readdirSync(versions), []);
    });

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        it(`leaves nothing when ${signal} ends a build`, async () => {
            const started = join(folder, "started");
            fakeGo(path, `: > "${started}"`, "exec /bin/sleep 60");
            const script = `require("./scripts/engine.ts").findEngine({ installerUrl: "http://127.0.0.1:1/" })`;
            const child: ChildProcess = spawn(process.execPath, ["--require", "ts-node/register", "--eval", script], {
                env,
                stdio: "ignore",
            });
            const ended = once(child, "exit");
            while (!existsSync(started)) {
                await setTimeout(20);
            }
            child.kill(signal);
            assert.deepEqual(await ended, [null, signal]);
            assert.deepEqual(readdirSync(versions), []);
        });
    }

    it("gives the CLI an environment in which its own hosts come first", () => {
        assert.deepEqual(engineEnv({ binDir: "/cli" }, { PATH: "/usr/bin", HOME: "/home/me" }), {
            PATH: `/cli${delimiter}/usr/bin`,
            HOME: "/home/me",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        });
    });
}).timeout(20_000);

function executable(file: string, ...lines: string[]): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${["#!/bin/sh", ...lines].join("\n")}\n`);
    chmodSync(file, 0o755);
}

function fakeCli(binDir: string, version: string): void {
    executable(join(binDir, "pulumi"), `[ "$1" = version ] && echo v${version}`);
    for (const host of hosts) {
        executable(join(binDir, host), "exit 1");
    }
}

/** Shell lines that write a whole fake CLI. */
function writingCli(binDir: string, version: string): string[] {
    return [
        `/bin/mkdir -p ${binDir}`,
        `for name in pulumi ${hosts.join(" ")}; do`,
        `    printf '#!/bin/sh\\necho v%s\\n' ${version} > ${binDir}/$name`,
        `    /bin/chmod 755 ${binDir}/$name`,
        "done",
    ];
}

/** A `go build` that by default makes what the real one would. */
function fakeGo(binDir: string, ...building: string[]): void {
    executable(
        join(binDir, "go"),
        'for arg; do [ "$last" = -o ] && out=$arg; last=$arg; done',
        ...(building.length > 0 ? building : writingCli('"$out"', PINNED)),
    );
}

async function serving<T>(listener: RequestListener, action: (url: string) => Promise<T>): Promise<T> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
        return await action(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    } finally {
        server.closeAllConnections();
        server.close();
    }
}
