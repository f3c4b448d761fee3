import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { findEngine, PINNED } from "../../../scripts/engine";

const files = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/** Shell lines that write a whole fake CLI. */
const writingCli = (binDir: string, version: string) => [
    `/bin/mkdir -p ${binDir}`,
    `for name in ${files.join(" ")}; do`,
    `    printf '#!/bin/sh\\necho v%s\\n' ${version} > ${binDir}/$name`,
    `    /bin/chmod 755 ${binDir}/$name`,
    "done",
];

describe("the search for a Pulumi CLI", () => {
    let folder: string;
    let path: string;
    let versions: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "engine-test-"));
        path = join(folder, "path");
        versions = join(folder, "home", "versions");
    });

    // Tools of this machine are not on PATH.
    const find = (PATH = path, installerUrl = "http://127.0.0.1:1/") =>
        findEngine({ env: { PATH, PULUMI_HOME: join(folder, "home") }, installerUrl, say: () => {} });

    function executable(file: string, ...lines: string[]): void {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, `${["#!/bin/sh", ...lines].join("\n")}\n`);
        chmodSync(file, 0o755);
    }
    function fakeCli(binDir: string, version: string): void {
        for (const file of files) {
            executable(join(binDir, file), `echo v${version}`);
        }
    }

    it("takes the first usable CLI on PATH, which is neither too old nor the lazy installer", async () => {
        const [lazy, newer] = [join(folder, "node_modules", ".bin"), join(folder, "newer")];
        fakeCli(path, "3.199.9");
        fakeCli(lazy, "3.250.0");
        fakeCli(newer, "4.0.0-alpha.1");
        const engine = await find([path, lazy, newer].join(delimiter));
        const command = join(newer, "pulumi");
        assert.deepEqual(engine, { command, binDir: newer, version: "4.0.0-alpha.1", reason: "on PATH" });
    });

    it("runs the official install script when nothing is installed, and takes what it installed afterwards", async () => {
        const expected = '[ "$1 $2 $4" = "--no-edit-path --install-root --version" ] || exit 9';
        const script = ["#!/bin/sh", expected, ...writingCli('"$3/bin"', '"$5"')].join("\n");
        const server = createServer((_request, response) => response.end(script)).listen(0, "127.0.0.1");
        await once(server, "listening");
        const engine = await find(path, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        server.closeAllConnections();
        server.close();
        assert.equal(engine.command, join(versions, PINNED, "bin", "pulumi"));
        assert.match(engine.reason, /; download$/);
        assert.match((await find()).reason, /; installed$/);
    });

    it("builds a CLI when there is no download, and leaves nothing when that fails", async () => {
        const go = join(path, "go");
        executable(go, "echo no such module >&2; exit 1");
        await assert.rejects(find(), /build: no such module\nAny one of these helps:/);
        assert.deepEqual(readdirSync(versions), []);
        const output = 'for arg; do [ "$last" = -o ] && out=$arg; last=$arg; done';
        executable(go, output, ...writingCli('"$out"', PINNED));
        assert.match((await find()).reason, /download: .+; build$/);
        assert.deepEqual(readdirSync(join(versions, PINNED, "bin")).sort(), files);
    });
}).timeout(20_000);
