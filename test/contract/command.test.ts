import { strict as assert } from "node:assert";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { run } from "../../contract/command";

const repository = join(__dirname, "..", "..");
const instanceId = "ls-cn-contract0001";
const user = { accessKeyId: "LTAI5tUserOfContract", accessKeySecret: "secret-canary", accountId: "account" };
const reader = {
    ...user,
    accessKeyId: "LTAI5tReaderOfContract",
    policy: {
        Version: "1",
        Statement: [{ Effect: "Allow", Action: "elasticsearch:DescribeLogstash", Resource: "*" }],
    },
} as const;

describe("npm run contract -- --instance", () => {
    let emulator: Emulator;
    let folder: string;

    beforeEach(async () => {
        emulator = await startEmulator({
            accounts: [user, reader],
            instances: [{ instanceId, interruptMs: 500 }, { instanceId: "ls-cn-contract0002" }],
        });
        folder = mkdtempSync(join(tmpdir(), "logstash-contract-"));
    });
    afterEach(async () => {
        await emulator.stop();
        rmSync(folder, { recursive: true });
    });

    const key = {
        ALIBABA_CLOUD_ACCESS_KEY_ID: user.accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: user.accessKeySecret,
    };
    const endpoint = () => ({ ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: emulator.url });
    const onInstance = ["--instance", instanceId, "--region", "cn-hangzhou"];

    /** Runs the command in this process, with a person who types `answer`. */
    async function inProcess(words: readonly string[], answer?: string, env: NodeJS.ProcessEnv = key) {
        const said: string[] = [];
        const code = await run([...onInstance, ...words], {
            env: { ...endpoint(), ...env },
            terminal: {
                isInteractive: answer !== undefined,
                say: (text) => said.push(text),
                async ask(question) {
                    said.push(question);
                    return answer ?? assert.fail("nobody is there to answer");
                },
            },
            // What it waits for comes at once.
            sleep: async () => void emulator.step(instanceId),
            now: Date.now,
            newId: () => "run",
        });
        return { code, text: said.join("\n") };
    }
    const operations = () => emulator.ledger.requests.map(({ operation }) => operation);
    const effects = () => emulator.ledger.effects.map((effect) => `${effect.operation} ${effect.instanceId}`);

    function expectLooksOnly(): void {
        assert.deepEqual([...new Set(operations())], ["DescribeLogstash"]);
        assert.deepEqual([...new Set(emulator.ledger.requests.map((entry) => entry.instanceId))], [instanceId]);
    }

    /** The command as a process of its own. */
    function start(file: string, words: readonly string[]): ChildProcessWithoutNullStreams {
        const env = { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, HOME: folder, ...endpoint(), ...key };
        return spawn(file, words, { cwd: repository, env });
    }
    const command = ["--require", "./test/run/register.cjs", "contract/main.ts", ...onInstance];

    async function outputOf(child: ChildProcessWithoutNullStreams, seen: (text: string) => void = () => {}) {
        let text = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (chunk: string) => {
                text += chunk;
                seen(text);
            });
        }
        const [code] = (await once(child, "close")) as [number | null];
        return { code, text };
    }

    it("only looks at this instance, and says as whom and where", async () => {
        const { code, text } = await inProcess([]);
        assert.equal(code, 0, text);
        expectLooksOnly();
        assert.match(text, /^instance +ls-cn-contract0001, in cn-hangzhou$/m);
        assert.match(
            text,
            /^endpoint +http:\/\/127\.0\.0\.1:\d+, from the variable ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH$/m,
        );
        assert.match(
            text,
            /^signed as +LTAI…ract: access key ID from the variable ALIBABA_CLOUD_ACCESS_KEY_ID, secret from/m,
        );
        assert.match(text, /^status +activating$/m);
        assert.match(text, /^wrongSecret +SignatureDoesNotMatch +SignatureDoesNotMatch$/m);
        assert.match(text, /^acceptance +accepted +not checked: needs --disruptive$/m);
        assert.match(text, /^tokenOwner +not checked: needs a second access key/m);
        assert.doesNotMatch(text, /canary|LTAI5tUserOfContract/);
    });

    it("disrupts nothing without a terminal, whatever is piped into it", async () => {
        const child = start(process.execPath, [...command, "--disruptive"]);
        child.stdin.end(`${instanceId}\n`);
        const { code, text } = await outputOf(child);
        assert.equal(code, 2, text);
        assert.match(text, /^status +activating$/m);
        assert.match(text, /Refused: --disruptive needs a terminal.*Nothing was changed\./);
        expectLooksOnly();
    });

    it("interrupts and resumes once the ID is typed on a terminal", async () => {
        const words = [process.execPath, ...command, "--disruptive"].map((word) => `'${word}'`).join(" ");
        // `script` is a terminal to the command it runs.
        const child = start("script", ["--quiet", "--return", "--command", words, "/dev/null"]);
        let isAsked = false;
        const { code, text } = await outputOf(child, (shown) => {
            if (!isAsked && shown.includes("Type the ID of the instance to go on: ")) {
                isAsked = true;
                child.stdin.write(`${instanceId}\r`);
            }
        });
        child.stdin.end();
        assert.equal(code, 0, text);
        assert.match(text, /A resume runs the change again and RESTARTS EVERY NODE/);
        assert.deepEqual(effects(), [`InterruptLogstashTask ${instanceId}`, `ResumeLogstashTask ${instanceId}`]);
        assert.match(text, /^secondSignal +AlreadyReceivedInterruptSignal +AlreadyReceivedInterruptSignal\r?$/m);
        assert.match(text, /^interruptedStatus +suspended +suspended\r?$/m);
        assert.match(text, /^interruptWhileIdle .*not checked: needs an idle instance\r?$/m);
        assert.match(text, /The instance was last seen as activating\./);
    });

    for (const answer of ["ls-cn-contract0002", "yes", ""]) {
        it(`disrupts nothing where ${answer === "" ? "nothing" : `"${answer}"`} is typed`, async () => {
            const { code, text } = await inProcess(["--disruptive"], answer);
            assert.equal(code, 2);
            assert.match(text, /Refused: that is not the ID of this instance/);
            expectLooksOnly();
        });
    }

    it("ends with 1 where something differs, and names the lines that rest on it", async () => {
        emulator.addInstance({ instanceId, interruptedStatus: "Paused", interruptMs: Number.POSITIVE_INFINITY });
        const { code, text } = await inProcess(["--disruptive"], instanceId);
        assert.equal(code, 1);
        assert.match(text, /^interruptedStatus +suspended +Paused +← otherwise$/m);
        assert.match(
            text,
            /rests on it:\n +emulator\/src\/cloud\/instance\.ts:\d+\n +provider\/src\/core\/operations\.ts:\d+/,
        );
    });

    it("takes profiles of the CLI, one of which may not interrupt, and the configuration of a stack", async () => {
        const profile = (name: string, { accessKeyId, accessKeySecret }: typeof user) => ({
            name,
            mode: "AK",
            access_key_id: accessKeyId,
            access_key_secret: accessKeySecret,
        });
        const file = join(folder, "config.json");
        const profiles = [profile("user", user), profile("reader", reader)];
        writeFileSync(file, JSON.stringify({ current: "reader", profiles }));
        const stack = join(folder, "stack.json");
        writeFileSync(stack, JSON.stringify({ "alicloud:profile": { value: "user", secret: false } }));
        const env = { ALIBABA_CLOUD_CREDENTIALS_FILE: file };

        const words = ["--stack-config", stack, "--disruptive", "--denied-profile", "reader"];
        const { code, text } = await inProcess(words, instanceId, env);
        assert.equal(code, 0, text);
        assert.match(text, /^signed as +LTAI…ract: access key ID from `access_key_id` of the CLI profile "user"/m);
        assert.match(text, /^permission +Forbidden\.RAM +Forbidden\.RAM$/m);
        const other = await inProcess(["--profile", "reader"], undefined, env);
        assert.match(other.text, /^signed as .*the CLI profile "reader"/m);
    });

    it("lists what is taken for granted, with who says so and what rests on it, and sends nothing", async () => {
        const { code, text } = await inProcess(["--list"]);
        assert.equal(code, 0);
        assert.match(
            text,
            /^regionHeader: the header .*\n {2}source: unknown\n {2}rests on it:\n( {4}(emulator|provider)\/src\/\S+:\d+\n)+/m,
        );
        assert.deepEqual(operations(), []);
    });

    it("says what is wrong in one line, and sends nothing", async () => {
        const wrong: readonly (readonly [words: readonly string[], env: NodeJS.ProcessEnv, message: RegExp])[] = [
            [["--instance", "es-cn-contract0001"], key, /--instance must be the ID of a Logstash instance/],
            [["--yes"], key, /Unknown option '--yes'.* See --help\./],
            [["--wait", "soon"], key, /--wait must be a whole number of minutes/],
            [["--profile", "nobody"], { ALIBABA_CLOUD_CREDENTIALS_FILE: join(folder, "none.json") }, /does not exist/],
            [["--stack-config", join(folder, "none.json")], key, /--stack-config is no file/],
            [[], { ALIBABA_CLOUD_ACCESS_KEY_ID: "LTAIhalf" }, /half of an access key/],
            [[], {}, /no Alibaba Cloud credentials are set; name an identity/],
        ];
        for (const [words, env, message] of wrong) {
            const { code, text } = await inProcess(words, undefined, env);
            assert.equal(code, 2);
            assert.match(text, message);
        }
        assert.deepEqual(operations(), []);
    });
});
