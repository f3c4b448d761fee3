/**
 * How long a person waits for an answer after each of the common mistakes, and what the answer begins with: a `pulumi up` of
 * the real engine for each, with the default `timeoutSeconds`.
 *
 *     npm run mistakes
 */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type Account, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { interruptProgram } from "../test/engine/programs";
import { Stack } from "../test/engine/stack";
import "../test/run/folder";

interface Mistake {
    readonly what: string;
    readonly args?: Readonly<Record<string, unknown>>;
    readonly config?: Readonly<Record<string, unknown>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly status?: string;
    readonly account?: Account;
    /** The most seconds that the whole command may take, the start of the engine included. */
    readonly limit: number;
}

const instanceId = "ls-cn-4591f1y6abcd";
const [soon, dead] = [5, 65];
const denied: Account = {
    ...testAccount,
    policy: {
        Version: "1",
        Statement: [{ Effect: "Allow", Action: "elasticsearch:DescribeLogstash", Resource: "*" }],
    },
};
const noKey = { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" };
const endpoint = (elasticsearch: string) => ({ "alicloud:endpoints": [{ elasticsearch }] });
const noProxy = { NO_PROXY: "", no_proxy: "" };

async function mistakes(): Promise<readonly Mistake[]> {
    // Takes connections and says nothing, as a firewall or a dead proxy does.
    const silent = createServer((socket) => socket.on("error", () => {}).resume());
    await once(silent.listen(0, "127.0.0.1").unref(), "listening");
    const { port } = silent.address() as AddressInfo;
    return [
        { what: "wrong region", args: { region: "cn-beijing" }, limit: soon },
        { what: "wrong ID", args: { instanceId: "ls-cn-nosuch0001" }, limit: soon },
        { what: "wrong secret", env: { ALIBABA_CLOUD_ACCESS_KEY_SECRET: "wrong" }, limit: soon },
        { what: "wrong key", env: { ALIBABA_CLOUD_ACCESS_KEY_ID: "LTAIwrong" }, limit: soon },
        { what: "no credentials", env: noKey, limit: soon },
        { what: "denied by a policy", account: denied, limit: soon },
        { what: "no such profile", args: { profile: "nobody" }, limit: soon },
        { what: "no such host", config: endpoint("no-such-host.invalid"), limit: soon },
        { what: "braces in the host", config: endpoint("elasticsearch-vpc.{region}.aliyuncs.com"), limit: soon },
        { what: "an Elasticsearch ID", args: { instanceId: "es-cn-4591f1y6abcd" }, limit: soon },
        { what: "a misspelt argument", args: { trigger: ["v1"] }, limit: soon },
        { what: "no change is running", status: "active", limit: soon },
        { what: "suspended already", status: "suspended", limit: soon },
        { what: "closed port", config: endpoint("http://127.0.0.1:1"), limit: dead },
        { what: "silent host", config: endpoint(`https://127.0.0.1:${port}`), limit: dead },
        {
            what: "silent proxy",
            config: endpoint("elasticsearch.invalid"),
            env: { ...noProxy, HTTPS_PROXY: `http://127.0.0.1:${port}` },
            limit: dead,
        },
    ];
}

async function main(): Promise<void> {
    let failures = 0;
    for (const { what, args, config, env, status = "activating", account = testAccount, limit } of await mistakes()) {
        const emulator = await startEmulator({ instances: [{ instanceId, status }], accounts: [account] });
        const program = interruptProgram({ instanceId, ...args });
        const stack = await Stack.create({ emulator, program, config: config ?? {}, env: env ?? {} });
        try {
            const started = performance.now();
            const { code, text } = await stack.up();
            const seconds = (performance.now() - started) / 1_000;
            const answer = /(?:error: .*has a problem: |error: |(?=already ))(.*)/.exec(text)?.[1];
            const isLate = seconds > limit;
            failures += isLate || answer === undefined ? 1 : 0;
            console.log(
                [
                    what.padEnd(22),
                    `${seconds.toFixed(1).padStart(5)} s`,
                    isLate ? `over ${limit} s` : "",
                    `exit ${code}`,
                    answer?.trim() ?? "NO ANSWER",
                ]
                    .filter((cell) => cell !== "")
                    .join("  "),
            );
        } finally {
            stack.remove();
            await emulator.stop();
        }
    }
    process.exitCode = failures === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 2;
});
