import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { ListenError, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { readArguments, usage } from "../../emulator/src/cli/arguments";

const manifestPath = require.resolve("pulumi-alicloud-logstash-emulator/package.json");
const { bin } = require(manifestPath) as { readonly bin: Readonly<Record<string, string>> };
const command = join(dirname(manifestPath), bin["pulumi-alicloud-logstash-emulator"] ?? "");

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

    it("prints the configuration of a stack and its requests, and ends on Ctrl-C", async () => {
        const child = run(
            ...["--port", "0", "--instance", "ls-cn-a", "--instance", "ls-cn-b:active"],
            ...["--instance", "ls-cn-a:suspended@cn-beijing"],
        );
        const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
        const seen: string[] = [];
        const until = async (pattern: RegExp) => {
            for (;;) {
                const line = String((await lines.next()).value);
                seen.push(line);
                if (pattern.test(line)) {
                    return line;
                }
            }
        };
        const url = (await until(/endpoints\[0\]/)).split(" ").at(-1);
        assert.ok(seen.includes("  ls-cn-b  active  cn-hangzhou"));
        assert.ok(seen.includes("  ls-cn-a  suspended  cn-beijing"));
        assert.ok(seen.includes("  pulumi config set alicloud:region cn-hangzhou"));
        assert.ok(seen.includes(`  pulumi config set --secret alicloud:secretKey ${testAccount.accessKeySecret}`));
        await until(/Requests/);
        const curl = seen.find((line) => line.endsWith("/step?region=cn-hangzhou'"));
        const stepped = await fetch(/'(.*)'/.exec(curl ?? "")?.[1] ?? "", { method: "POST" });
        assert.equal(((await stepped.json()) as { status: string }).status, "active");

        await fetch(`${url}/openapi/logstashes/ls-cn-a`);
        assert.match(await until(/ls-cn-a/), /DescribeLogstash {2}ls-cn-a {2}400 MissingAccessKeyId$/);
        child.kill("SIGINT");
        assert.deepEqual(await once(child, "exit"), [0, null]);
    }).timeout(20_000);

    it("explains a wrong option in one line", async () => {
        const { code, out, error } = await runToEnd("--port", "many");
        assert.equal(code, 1);
        assert.equal(out, "");
        assert.match(error, /^--port is "many"; it must be a number from 0 to 65535\. See --help\.\n$/);
    }).timeout(20_000);

    it("says in one line that a port is in use, and what to do", async () => {
        const emulator = await startEmulator();
        const { host, port } = new URL(emulator.url);
        const { code, out, error } = await runToEnd("--port", port);
        await emulator.stop();
        assert.equal(code, 1);
        assert.equal(out, "");
        const advice = "stop the other program, or choose another port (0 for any free one)";
        assert.equal(error, `Cannot listen on ${host}, the port is in use: ${advice}.\n`);
    }).timeout(20_000);

    it("prints how it is used", async () => {
        const { code, out, error } = await runToEnd("--help");
        assert.deepEqual([code, error], [0, ""]);
        for (const option of ["--port", "--instance", "--region", "--help"]) {
            assert.ok(out.includes(`\n  ${option} `), option);
        }
    }).timeout(20_000);
});

describe("emulator: options of the command", () => {
    const instancesOf = (...words: string[]) => {
        const read = readArguments(words);
        assert.ok(read.kind === "run");
        return read.instances.map(({ instanceId, status, region }) => [instanceId, status, region]);
    };

    it("name instances with their status and region", () => {
        assert.deepEqual(instancesOf(), [["ls-cn-4591f1y6abcd", "activating", "cn-hangzhou"]]);
        assert.deepEqual(
            instancesOf(
                ...["--region", "ap-southeast-1", "--instance", "ls-cn-a", "--instance=ls-cn-b:active"],
                ...["--instance", "ls-cn-a@cn-beijing", "--instance", "ls-cn-b:paused@cn-beijing"],
            ),
            [
                ["ls-cn-a", "activating", "ap-southeast-1"],
                ["ls-cn-b", "active", "ap-southeast-1"],
                ["ls-cn-a", "activating", "cn-beijing"],
                ["ls-cn-b", "paused", "cn-beijing"],
            ],
        );
    });

    it("give the region of requests that name none", () => {
        const read = readArguments(["--region", "cn-beijing"]);
        assert.ok(read.kind === "run" && read.region === "cn-beijing");
    });

    it("say how long an interrupt takes, of each instance", () => {
        const millisecondsOf = (...words: string[]) => {
            const read = readArguments(["--instance", "ls-cn-a", "--instance", "ls-cn-b", ...words]);
            return read.kind === "run" && read.instances.map(({ interruptMs }) => interruptMs);
        };
        assert.deepEqual(millisecondsOf(), [3_000, 3_000]);
        assert.deepEqual(millisecondsOf("--interrupt-seconds", "60"), [60_000, 60_000]);
    });

    it("are read to the end, and help is no error", () => {
        assert.deepEqual(readArguments(["--help"]), { kind: "help" });
        const read = readArguments(["--port", "0"]);
        assert.ok(read.kind === "run");
        assert.deepEqual([read.port, read.region], [0, "cn-hangzhou"]);
        assert.ok(usage.includes("--instance"));
    });

    const wrong: readonly (readonly [words: string, message: string])[] = [
        [
            "--prot 1",
            "--prot is not an option. The options are --port, --instance, --interrupt-seconds, --region, --help.",
        ],
        ["-p 1", "-p is not an option. The options are --port, --instance, --interrupt-seconds, --region, --help."],
        [
            "--no-help",
            "--no-help is not an option. The options are --port, --instance, --interrupt-seconds, --region, --help.",
        ],
        ["8017", '"8017" is not an option. The options are --port, --instance, --interrupt-seconds, --region, --help.'],
        [
            "-- 8017",
            '"--" is not an option. The options are --port, --instance, --interrupt-seconds, --region, --help.',
        ],
        ["--help=yes", "--help takes no value."],
        ["--port", "--port needs a value."],
        ["--port=", "--port needs a value."],
        ["--port --help", "--port needs a value."],
        ["--port 65536", '--port is "65536"; it must be a number from 0 to 65535.'],
        ["--port -1", "--port needs a value."],
        ["--port=-1", '--port is "-1"; it must be a number from 0 to 65535.'],
        ["--interrupt-seconds soon", '--interrupt-seconds is "soon"; it must be a whole number of seconds.'],
        ["--region Peking", '--region is "Peking"; it must be the ID of a region, such as cn-hangzhou.'],
        ["--instance a --instance a@cn-hangzhou", "--instance names a in cn-hangzhou twice."],
        ...["a:", ":active", "a@", "a:b:c", "a@b:c", "a b"].map((value): [string, string] => [
            `--instance=${value}`,
            `--instance is "${value}"; it must be an ID, optionally with a status and a region, such as ` +
                "ls-cn-4591f1y6abcd:active@cn-beijing.",
        ]),
    ];
    for (const [words, message] of wrong) {
        it(`explain \`${words}\``, () => {
            const args = words.startsWith("--instance=") ? [words] : words.split(" ");
            assert.throws(() => readArguments(args), { message });
        });
    }
});

describe("emulator: addresses", () => {
    it("that cannot be listened on are an error that says so", async () => {
        const emulator = await startEmulator();
        const port = Number(new URL(emulator.url).port);
        await assert.rejects(
            startEmulator({ port }),
            (error) => error instanceof ListenError && error.code === "EADDRINUSE",
        );
        await emulator.stop();
        await assert.rejects(startEmulator({ host: "203.0.113.1" }), {
            name: "ListenError",
            message:
                "Cannot listen on 203.0.113.1:0, this machine has no such address: " +
                "choose one that it has, such as 127.0.0.1.",
        });
        const again = await startEmulator({ port });
        assert.equal(new URL(again.url).port, String(port));
        await again.stop();
    });
});
