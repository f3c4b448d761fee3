import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
    chmodSync,
    closeSync,
    createReadStream,
    existsSync,
    mkdirSync,
    mkdtempSync,
    openSync,
    readdirSync,
    readFileSync,
    rmSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe as describeEngine, type EngineOptions, engineEnv, findEngine, PINNED } from "../../scripts/engine";

const ENGINE = require.resolve("../../scripts/engine.ts");
const HOSTS = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

describe("the bootstrap of the Pulumi CLI", () => {
    let folder: string;
    let path: string;
    let versions: string;
    let env: NodeJS.ProcessEnv;
    let closedUrl: string;
    let said: string[];

    before(async () => {
        closedUrl = await closedPort();
    });

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "engine-test-"));
        path = join(folder, "path");
        versions = join(folder, "home", "versions");
        // Nothing else is on PATH, so that tools of this machine don't matter.
        env = { PATH: path, PULUMI_HOME: join(folder, "home") };
        said = [];
        mkdirSync(path);
    });

    afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

    const find = (options: EngineOptions = {}) =>
        findEngine({ env, installerUrl: closedUrl, say: (line) => said.push(line), ...options });
    const pinnedBin = () => join(versions, PINNED, "bin");

    describe("takes what is there", () => {
        it("from PATH before anything else", async () => {
            fakeCli(path, "3.250.1");
            fakeCli(pinnedBin(), PINNED);
            assert.deepEqual(await find(), {
                command: join(path, "pulumi"),
                binDir: path,
                version: "3.250.1",
                source: "path",
                reason: "usable",
            });
            assert.deepEqual(said, []);
        });

        it("from $PULUMI_HOME/versions when PATH has none", async () => {
            fakeCli(pinnedBin(), PINNED);
            const engine = await find();
            assert.equal(engine.source, "cache");
            assert.equal(engine.command, join(pinnedBin(), "pulumi"));
            assert.match(engine.reason, /^path: no Pulumi CLI there; installed before/);
            assert.match(
                describeEngine(engine),
                new RegExp(`^Pulumi CLI v${PINNED} from ${pinnedBin()} \\(cache\\): `),
            );
            assert.deepEqual(said, []);
        });

        it("from ~/.pulumi without $PULUMI_HOME", async () => {
            fakeCli(join(folder, ".pulumi", "versions", PINNED, "bin"), PINNED);
            assert.equal((await find({ env: { PATH: path, HOME: folder } })).source, "cache");
        });

        it("but not the lazy installer, neither in node_modules/.bin nor behind a link to it", async () => {
            const lazy = join(folder, "node_modules", ".bin");
            const global = join(folder, "lib", "node_modules", "pulumi");
            fakeCli(lazy, "3.250.0");
            fakeCli(global, "3.250.0");
            execFileSync("ln", ["-s", join(global, "pulumi"), join(path, "pulumi")]);
            fakeCli(pinnedBin(), PINNED);
            const engine = await find({ env: { ...env, PATH: [lazy, path].join(delimiter) } });
            assert.equal(engine.source, "cache");
        });

        it("the second on PATH when the first is too old", async () => {
            const newer = join(folder, "newer");
            fakeCli(path, "3.199.9");
            fakeCli(newer, "4.0.0-alpha.1");
            const engine = await find({ env: { ...env, PATH: [path, newer].join(delimiter) } });
            assert.equal(engine.command, join(newer, "pulumi"));
            assert.equal(engine.version, "4.0.0-alpha.1");
            assert.match(engine.reason, /v3\.199\.9, older than 3\.200\.0; usable/);
        });

        it("with hosts that are elsewhere on PATH", async () => {
            const hosts = join(folder, "hosts");
            fakeCli(hosts, "3.250.0");
            rmSync(join(hosts, "pulumi"));
            executable(join(path, "pulumi"), "echo v3.250.0");
            const engine = await find({ env: { ...env, PATH: [path, hosts].join(delimiter) } });
            assert.equal(engine.source, "path");
        });
    });

    describe("says why it refuses what is on PATH", () => {
        beforeEach(() => fakeCli(pinnedBin(), PINNED));

        for (const host of HOSTS) {
            it(`a CLI without ${host}`, async () => {
                fakeCli(path, "3.250.0");
                rmSync(join(path, host));
                const { source, reason } = await find();
                assert.equal(source, "cache");
                assert.match(reason, new RegExp(`has no ${host} beside it or on PATH`));
            });
        }

        for (const [title, script, complaint] of [
            ["one that fails", "echo broken library >&2; exit 3", /version ended with 3: broken library/],
            ["one that is something else", "echo hello", /version answers "hello\\n"/],
            ["one that hangs", "exec /bin/sleep 600", /did not end within 1 s/],
        ] as const) {
            it(title, async () => {
                fakeCli(path, "3.250.0");
                executable(join(path, "pulumi"), script);
                const { source, reason } = await find({ limits: { probe: 1_000 } });
                assert.equal(source, "cache");
                assert.match(reason, complaint);
            });
        }
    });

    describe("downloads", () => {
        it("with the official installer's arguments", async () => {
            const installer = ["#!/bin/sh", '[ "$1 $2 $4" = "--no-edit-path --install-root --version" ] || exit 9'];
            const script = [...installer, ...writingCli('"$3/bin"', '"$5"')].join("\n");
            const engine = await serving(
                (_, response) => response.end(script),
                (installerUrl) => find({ installerUrl }),
            );
            assert.equal(engine.source, "download");
            assert.equal(engine.command, join(pinnedBin(), "pulumi"));
            assert.deepEqual(readdirSync(versions), [PINNED]);
            assert.deepEqual(said, [`downloading Pulumi CLI v${PINNED}`]);
            assert.equal((await find()).source, "cache");
        });

        it("and goes on where nothing listens", async () => {
            fakeGo(path);
            const engine = await find();
            assert.equal(engine.source, "build");
            assert.match(engine.reason, /download: .*ECONNREFUSED/);
        });

        it("and goes on where nobody answers", async () => {
            fakeGo(path);
            const engine = await serving(
                () => {},
                (installerUrl) => find({ installerUrl, limits: { connect: 50 } }),
            );
            assert.equal(engine.source, "build");
            assert.match(engine.reason, /download: .*timeout/);
        });

        it("and goes on when the script stalls", async () => {
            fakeGo(path);
            const engine = await serving(
                (_, response) => response.end("#!/bin/sh\n/bin/sleep 600 & /bin/sleep 600\n"),
                (installerUrl) => find({ installerUrl, limits: { download: 1_000 } }),
            );
            assert.equal(engine.source, "build");
            assert.match(engine.reason, /download: .*did not end within 1 s/);
        });

        it("and never runs a web page", async () => {
            fakeGo(path);
            const engine = await serving(
                (_, response) => response.end("<html>sign in</html>"),
                (installerUrl) => find({ installerUrl }),
            );
            assert.match(engine.reason, /download: HTTP 200 without an install script/);
        });
    });

    describe("builds", () => {
        it("a complete CLI and says what it is doing", async () => {
            fakeGo(path);
            const engine = await find();
            assert.equal(engine.source, "build");
            assert.deepEqual(readdirSync(versions), [PINNED]);
            assert.deepEqual(readdirSync(pinnedBin()).sort(), ["pulumi", ...HOSTS]);
            assert.match(said.at(-1) ?? "", /^building Pulumi CLI .*about four minutes, once/);
        });

        it("once for two that start together", async () => {
            fakeGo(path);
            const engines = await Promise.all([find(), find()]);
            assert.deepEqual(engines.map(({ source }) => source).sort(), ["build", "cache"]);
            assert.deepEqual(new Set(engines.map(({ command }) => command)), new Set([join(pinnedBin(), "pulumi")]));
            assert.deepEqual(readdirSync(versions), [PINNED]);
        });

        it("in place of an installation that is broken", async () => {
            fakeGo(path);
            mkdirSync(pinnedBin(), { recursive: true });
            writeFileSync(join(pinnedBin(), "pulumi"), "");
            assert.equal((await find()).source, "build");
            assert.equal((await find()).source, "cache");
        });

        it("nothing when a command does not build", async () => {
            fakeGo(path, "echo no such module >&2; exit 1");
            await assert.rejects(find(), /build: go build ended with 1: no such module/);
            assert.deepEqual(readdirSync(versions), []);
        });

        it("nothing that is not the pinned version", async () => {
            fakeGo(path, ...writingCli('"$out"', "3.201.0"));
            await assert.rejects(find(), new RegExp(`build: made v3\\.201\\.0, but package\\.json pins v${PINNED}`));
            assert.deepEqual(readdirSync(versions), []);
        });

        it("the version that package.json pins", () => {
            const goMod = readFileSync(join(dirname(ENGINE), "engine", "cli", "go.mod"), "utf8");
            assert.match(goMod, new RegExp(`pulumi/pkg/v3 v${PINNED.replaceAll(".", "\\.")}\\b`));
        });
    });

    it("tells every way to a CLI when it finds none", async () => {
        executable(join(path, "go"), "echo go version go1.25.4 linux/amd64");
        fakeCli(path, "2.0.0");
        await assert.rejects(find(), (error: Error) => {
            for (const part of [
                /^No usable Pulumi CLI \(3\.200\.0 or later, with pulumi-language-nodejs/,
                /path: .*v2\.0\.0, older than/,
                /cache: no .*bin\/pulumi/,
                /download: .*ECONNREFUSED/,
                /build: go version go1\.25\.4 linux\/amd64 is not Go 1\.26 or later/,
                /put a Pulumi CLI/,
                /put Go 1\.26 or later on PATH/,
            ]) {
                assert.match(error.message, part);
            }
            return true;
        });
        rmSync(join(path, "go"));
        await assert.rejects(find(), /build: no go on PATH/);
    });

    it("gives the CLI an environment where its own hosts come first", () => {
        assert.deepEqual(engineEnv({ binDir: "/cli" }, { PATH: "/usr/bin", HOME: "/home/me" }), {
            PATH: `/cli${delimiter}/usr/bin`,
            HOME: "/home/me",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        });
    });

    describe("interrupted while it builds", () => {
        let bootstrap: ChildProcess;
        let ended: Promise<unknown[]>;
        let goPid: number;
        let goGone: Promise<unknown>;

        // Go and its child hold this pipe open: its end is the proof that both are gone.
        beforeEach(async () => {
            const pipe = join(folder, "pipe");
            execFileSync("mkfifo", [pipe]);
            fakeGo(path, `exec 9>"${pipe}"`, "echo $$ >&9", "/bin/sleep 600 & wait");
            bootstrap = spawn(process.execPath, ["--require", "ts-node/register", "--eval", startedBy(closedUrl)], {
                env,
                stdio: "ignore",
            });
            ended = once(bootstrap, "exit");
            // Frees the reader below when the bootstrap failed before anyone wrote.
            bootstrap.once("exit", () => existsSync(pipe) && closeSync(openSync(pipe, "r+")));
            const stream = createReadStream(pipe, "utf8");
            goGone = once(stream, "end");
            const [line] = await once(stream, "data");
            goPid = Number(line);
            assert.equal(readdirSync(versions).length, 1);
        });

        for (const signal of ["SIGINT", "SIGTERM"] as const) {
            it(`by ${signal} leaves nothing, neither files nor processes`, async () => {
                bootstrap.kill(signal);
                assert.deepEqual(await ended, [null, signal]);
                await goGone;
                assert.deepEqual(readdirSync(versions), []);
            });
        }

        it("does not try other ways when the process has its own plans for the signal", async () => {
            bootstrap.kill("SIGHUP");
            assert.deepEqual(await ended, [7, null]);
            await goGone;
            assert.deepEqual(readdirSync(versions), []);
        });

        it("by SIGKILL leaves nothing usable, and the next start cleans up", async () => {
            bootstrap.kill("SIGKILL");
            await ended;
            process.kill(-goPid, "SIGKILL");
            await goGone;
            assert.match(readdirSync(versions).join(), /^\.[\d.]+partial-\w+$/);
            fakeCli(path, "3.250.0");
            await find();
            assert.deepEqual(readdirSync(versions), []);
        });
    });

    it("leaves alone what another process is still making", async () => {
        const gone = spawnSync(process.execPath, ["--version"]).pid;
        const partials = [`${gone}.partial-a`, `${process.ppid}.partial-b`, `${process.pid}.partial-c`];
        const earlierProcess = `${process.pid}.partial-d`;
        for (const name of [...partials, earlierProcess]) {
            mkdirSync(join(versions, `.${PINNED}.${name}`), { recursive: true });
        }
        utimesSync(join(versions, `.${PINNED}.${earlierProcess}`), 0, 0);
        fakeCli(path, "3.250.0");
        await find();
        assert.deepEqual(
            readdirSync(versions).sort(),
            partials
                .slice(1)
                .map((name) => `.${PINNED}.${name}`)
                .sort(),
        );
    });
}).timeout(20_000);

/** A program that starts the bootstrap, and listens to SIGHUP itself. */
function startedBy(installerUrl: string): string {
    return `
        process.on("SIGHUP", () => {});
        require(${JSON.stringify(ENGINE)})
            .findEngine({ installerUrl: ${JSON.stringify(installerUrl)} })
            .catch((error) => { process.exitCode = error.message === "interrupted" ? 7 : 1; });
    `;
}

function executable(file: string, ...lines: string[]): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${["#!/bin/sh", ...lines].join("\n")}\n`);
    chmodSync(file, 0o755);
}

function fakeCli(binDir: string, version: string): void {
    executable(join(binDir, "pulumi"), `[ "$1" = version ] && echo v${version}`);
    for (const host of HOSTS) {
        executable(join(binDir, host), "exit 1");
    }
}

/** Shell lines that write a whole fake CLI. */
function writingCli(binDir: string, version: string): string[] {
    return [
        `/bin/mkdir -p ${binDir}`,
        `for name in pulumi ${HOSTS.join(" ")}; do`,
        `    printf '#!/bin/sh\\necho v%s\\n' ${version} > ${binDir}/$name`,
        `    /bin/chmod 755 ${binDir}/$name`,
        "done",
    ];
}

/** A `go` that knows `version` and `build`, which by default makes what the real one would. */
function fakeGo(binDir: string, ...building: string[]): void {
    executable(
        join(binDir, "go"),
        '[ "$1" = version ] && echo go version go1.26.0 linux/amd64 && exit',
        'for arg; do [ "$last" = -o ] && out=$arg; last=$arg; done',
        ...(building.length > 0 ? building : writingCli('"$out"', PINNED)),
    );
}

async function closedPort(): Promise<string> {
    const server = createTcpServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    return `http://127.0.0.1:${port}/`;
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
