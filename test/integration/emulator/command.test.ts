import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { readArguments } from "../../../emulator/src/cli/arguments";

const manifestPath = require.resolve("pulumi-alicloud-logstash-emulator/package.json");
const { bin } = require(manifestPath) as { readonly bin: Readonly<Record<string, string>> };
const command = join(dirname(manifestPath), bin["pulumi-alicloud-logstash-emulator"] ?? "");

const names = "--port, --instance, --interrupt-seconds, --region, --help";

describe("emulator: command", () => {
    const children: ChildProcess[] = [];
    const run = (...options: string[]) => {
        const child = spawn(process.execPath, [command, ...options]);
        children.push(child);
        return child;
    };
    const runToEnd = async (...options: string[]) => {
        const child = run(...options);
        const [[code], out, error] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
        return { code: code as number | null, out, error };
    };

    afterEach(() => {
        for (const child of children.splice(0)) {
            child.kill("SIGKILL");
        }
    });

    it("prints settings and requests when it runs, and exits with 0 when it is interrupted", async () => {
        const child = run(
            ...["--port", "0", "--instance", "ls-cn-a", "--instance", "ls-cn-b:active"],
            ...["--instance", "ls-cn-a:suspended@cn-beijing"],
        );
        const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
        const seen: string[] = [];
        const until = async (pattern: RegExp) => {
            do {
                seen.push(String((await lines.next()).value));
            } while (!pattern.test(seen.at(-1) ?? ""));
            return seen.at(-1) ?? "";
        };
        const url = (await until(/endpoints\[0\]/)).split(" ").at(-1);
        for (const line of [
            "  ls-cn-b  active  cn-hangzhou",
            "  ls-cn-a  suspended  cn-beijing",
            "  pulumi config set alicloud:region cn-hangzhou",
            `  pulumi config set --secret alicloud:secretKey ${testAccount.accessKeySecret}`,
        ]) {
            assert.ok(seen.includes(line), line);
        }
        await until(/Requests/);
        const curl = seen.find((line) => line.endsWith("/step?region=cn-hangzhou'"));
        const stepped = await fetch(/'(.*)'/.exec(curl ?? "")?.[1] ?? "", { method: "POST" });
        assert.equal(((await stepped.json()) as { status: string }).status, "active");

        await fetch(`${url}/openapi/logstashes/ls-cn-a`);
        assert.match(await until(/ls-cn-a/), /DescribeLogstash {2}ls-cn-a {2}400 MissingAccessKeyId$/);
        child.kill("SIGINT");
        assert.deepEqual(await once(child, "exit"), [0, null]);
    });

    it("prints one line when an option is wrong or it cannot listen", async () => {
        const line = '--port is "many"; it must be a number from 0 to 65535. See --help.\n';
        assert.deepEqual(await runToEnd("--port", "many"), { code: 1, out: "", error: line });
        const emulator = await startEmulator();
        const { port } = new URL(emulator.url);
        const { code, out, error } = await runToEnd("--port", port);
        assert.deepEqual([code, out], [1, ""]);
        assert.match(error, /^Cannot listen on 127\.0\.0\.1:\d+, the port is in use: .*\n$/);
        const inUse = { name: "ListenError", code: "EADDRINUSE" };
        await assert.rejects(startEmulator({ port: Number(port) }), inUse);
        await emulator.stop();
    });

    it("throws one line when the command line is wrong", () => {
        const badInstance =
            "it must be an ID, optionally with a status and a region, such as ls-cn-4591f1y6abcd:active@";
        const wrong: readonly (readonly [words: string, message: string])[] = [
            ["--prot 1", `--prot is not an option. The options are ${names}.`],
            ["8017", `"8017" is not an option. The options are ${names}.`],
            ["--help=yes", "--help takes no value."],
            ["--port", "--port needs a value."],
            ["--port --help", "--port needs a value."],
            ["--port 65536", '--port is "65536"; it must be a number from 0 to 65535.'],
            ["--interrupt-seconds soon", '--interrupt-seconds is "soon"; it must be a whole number of seconds.'],
            ["--region Peking", '--region is "Peking"; it must be the ID of a region, such as cn-hangzhou.'],
            ["--instance a --instance a@cn-hangzhou", "--instance names a in cn-hangzhou twice."],
            ...["a:", ":active", "a@", "a:b:c", "a@b:c"].map(
                (value) => [`--instance=${value}`, `--instance is "${value}"; ${badInstance}cn-beijing.`] as const,
            ),
        ];
        for (const [words, message] of wrong) {
            assert.throws(() => readArguments(words.split(" ")), { message }, words);
        }
    });
});
