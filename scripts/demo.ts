/**
 * Shows the package in one command: the real Pulumi engine deploys examples/quickstart against the emulator. Each step says
 * what will happen. The demo fails if anything else happens.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { describe, engineEnv, findEngine } from "./engine";

const root = resolve(__dirname, "..");
/** Part of the URNs and so of the tokens: a re-run from another clone sends the same ones. */
const stack = "demo";
const instanceId = "ls-cn-4591f1y6abcd";
const region = "cn-hangzhou";

async function main(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "logstash-demo-"));
    const stopped = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.on(signal, () => stopped.abort(new Error(`stopped by ${signal}`)));
    }
    const emulator = await startEmulator({ instances: [{ instanceId, region, status: "activating" }] });
    try {
        const engine = await findEngine({ say });
        say(describe(engine));
        mkdirSync(join(folder, "state"));
        const env = {
            ...engineEnv(engine, {
                ...process.env,
                PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
            }),
            PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: "demo",
            PULUMI_STACK: stack,
        };
        await steps(new Cli(env, stopped.signal), emulator);
        say("\nThe demo did what it said. Next: the quick start in README.md, with `npm run emulator`.");
    } finally {
        await emulator.stop();
        rmSync(folder, { recursive: true, force: true });
        rmSync(join(root, `Pulumi.${stack}.yaml`), { force: true });
    }
}

async function steps(cli: Cli, emulator: Emulator): Promise<void> {
    await cli.quietly("stack", "init", stack);
    await cli.quietly("config", "set", "alicloud:region", region);
    await cli.quietly("config", "set", "alicloud:accessKey", testAccount.accessKeyId);
    await cli.quietly("config", "set", "--secret", "alicloud:secretKey", testAccount.accessKeySecret);
    await cli.quietly("config", "set", "--path", "alicloud:endpoints[0].elasticsearch", emulator.url);
    await cli.quietly("config", "set", "instanceId", instanceId);

    announce("1. A change is running on the instance. `pulumi up` interrupts it once and waits for `suspended`.");
    expect("exit code", await cli.run("up", "--yes", "--skip-preview"), 0);
    expectEffects(emulator, 1);

    announce("2. The program has not changed, so a second `pulumi up` sends nothing.");
    const requests = emulator.ledger.requests.length;
    expect("exit code", await cli.run("up", "--yes", "--skip-preview"), 0);
    expect("new requests", emulator.ledger.requests.length - requests, 0);

    announce("3. Another change is running, and the trigger is now v2. `pulumi up` interrupts once more, in place.");
    emulator.startChange(instanceId);
    await cli.quietly("config", "set", "release", "v2");
    expect("exit code", await cli.run("up", "--yes", "--skip-preview"), 0);
    expectEffects(emulator, 2);

    announce(
        "4. The next interrupt is applied, but every response is lost. `pulumi up` fails and records it as pending.",
    );
    emulator.startChange(instanceId);
    emulator.faults.add({ operation: "InterruptLogstashTask", fault: { kind: "reset", point: "after" } });
    await cli.quietly("config", "set", "release", "v3");
    await cli.quietly("config", "set", "timeoutSeconds", "3");
    expectFailure(await cli.run("up", "--yes", "--skip-preview"));
    expectEffects(emulator, 3);

    announce("5. The network is back. `pulumi up` finishes that request with its token, and nothing is applied twice.");
    emulator.faults.clear();
    expect("exit code", await cli.run("up", "--yes", "--skip-preview"), 0);
    expectEffects(emulator, 3);

    announce("6. The program names an instance that does not exist. `pulumi up` fails and says what to fix.");
    await cli.quietly("config", "set", "instanceId", "ls-cn-nosuch0001");
    expectFailure(await cli.run("up", "--yes", "--skip-preview"));
    expectEffects(emulator, 3);

    announce("7. `pulumi destroy` removes the record and sends nothing.");
    const before = emulator.ledger.requests.length;
    expect("exit code", await cli.run("destroy", "--yes", "--skip-preview"), 0);
    expect("new requests", emulator.ledger.requests.length - before, 0);
}

/** The Pulumi CLI in the project at the root. */
class Cli {
    constructor(
        private readonly env: NodeJS.ProcessEnv,
        private readonly stopped: AbortSignal,
    ) {}

    /** Runs a command with its output shown, and returns its exit code. */
    run(...args: readonly string[]): Promise<number | null> {
        return this.#ended(args, (child) => child);
    }

    /** Runs a command and shows its output only if it fails. */
    async quietly(...args: readonly string[]): Promise<void> {
        let output = "";
        const code = await this.#ended(
            args,
            (child) => {
                for (const stream of [child.stdout, child.stderr]) {
                    stream?.on("data", (chunk: Buffer) => {
                        output += chunk.toString();
                    });
                }
            },
            "pipe",
        );
        expect(`exit code of pulumi ${args.join(" ")}\n${output}`, code, 0);
    }

    async #ended(
        args: readonly string[],
        watch: (child: ChildProcess) => void,
        output: "inherit" | "pipe" = "inherit",
    ): Promise<number | null> {
        this.stopped.throwIfAborted();
        const child = spawn("pulumi", args, { cwd: root, env: this.env, stdio: ["ignore", output, output] });
        watch(child);
        // A terminal's Ctrl-C has reached the CLI by itself; any other signal has not.
        const end = () => child.kill("SIGINT");
        this.stopped.addEventListener("abort", end);
        const [code] = (await once(child, "close")) as [number | null];
        this.stopped.removeEventListener("abort", end);
        this.stopped.throwIfAborted();
        return code;
    }
}

function expectFailure(code: number | null): void {
    expect("the deployment fails", code !== 0 && code !== null, true);
}

function expectEffects(emulator: Emulator, count: number): void {
    const { effects } = emulator.ledger;
    expect("interrupts in the ledger", effects.length, count);
    const tokens = effects.map(({ clientToken }) => clientToken ?? "");
    expect("different tokens", new Set(tokens).size, count);
    expect(
        "tokens of 1 to 64 ASCII characters",
        tokens.every((token) => /^[\x20-\x7e]{1,64}$/.test(token)),
        true,
    );
    say("The emulator's ledger of applied requests:");
    for (const { sequence, operation, instanceId, clientToken } of effects) {
        say(`  ${sequence}  ${operation}  ${instanceId}  clientToken ${clientToken}`);
    }
}

function expect(what: string, actual: unknown, wanted: unknown): void {
    if (actual !== wanted) {
        throw new Error(`${what}: expected ${wanted}, got ${actual}`);
    }
}

function announce(step: string): void {
    say(`\n${step}\n`);
}

function say(line: string): void {
    process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
