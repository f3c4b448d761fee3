import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { assumptions } from "../../../contract/assumptions";
import { differing, onEmulator, run } from "../../../contract/contract";
import { differences } from "./differences";

const instanceId = "ls-cn-contract0001";
const user = { accessKeyId: "LTAI5tUserOfContract", accessKeySecret: "secret-canary", accountId: "account" };

describe("npm run contract", () => {
    it("finds nothing that differs when it checks the emulator, and leaves out only what no run can check", async () => {
        const findings = await onEmulator();
        assert.deepEqual(differing(findings), []);
        const checkable = Object.keys(assumptions).filter((id) => typeof assumptions[id]?.call === "function");
        assert.deepEqual(
            checkable.filter((id) => "why" in (findings[id] ?? {})),
            [],
        );
        assert.deepEqual(Object.keys(differences), checkable);
    });

    for (const [id, { difference, also = [] }] of Object.entries(differences)) {
        it(`finds the difference when one assumption is wrong: ${id}`, async () => {
            const found = differing(await onEmulator(difference));
            assert.deepEqual([...found].sort(), [id, ...also].sort());
        });
    }

    describe("with --instance", () => {
        let emulator: Emulator;
        beforeEach(async () => {
            emulator = await startEmulator({
                accounts: [user],
                instances: [{ instanceId, interruptMs: 500 }, { instanceId: "ls-cn-contract0002" }],
            });
        });
        afterEach(() => emulator.stop());

        /** Runs the command, for a person who types `answer` on a terminal, or without one. */
        async function contract(words: readonly string[], answer?: string) {
            const said: string[] = [];
            const code = await run(["--instance", instanceId, "--region", "cn-hangzhou", ...words], {
                env: {
                    ALIBABA_CLOUD_ACCESS_KEY_ID: user.accessKeyId,
                    ALIBABA_CLOUD_ACCESS_KEY_SECRET: user.accessKeySecret,
                    ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: emulator.url,
                },
                say: (text) => said.push(text),
                ask: answer === undefined ? undefined : async () => answer,
                sleep: async () => void emulator.step(instanceId),
            });
            return { code, text: said.join("\n") };
        }
        function expectReadOnly(): void {
            const sent = emulator.ledger.requests.map((entry) => `${entry.operation} ${entry.instanceId}`);
            assert.deepEqual([...new Set(sent)], [`DescribeLogstash ${instanceId}`]);
        }

        it("only describes this instance, and prints no secret, when nothing else is asked for", async () => {
            const { code, text } = await contract([]);
            assert.equal(code, 0, text);
            expectReadOnly();
            assert.match(text, /^endpoint +http:\/\/127\.0\.0\.1:\d+, from the variable ALIBABA_CLOUD_ENDPOINT_/m);
            assert.match(text, /^signed as +LTAI…ract: .*\nstatus +activating$/m);
            assert.match(text, /^wrongSecret +SignatureDoesNotMatch +SignatureDoesNotMatch$/m);
            assert.match(text, /^acceptance +accepted +not checked: needs --disruptive$/m);
            assert.doesNotMatch(text, /canary|LTAI5tUserOfContract/);
        });

        it("sends nothing when the region could lead to another host", async () => {
            await assert.rejects(contract(["--region", "x/evil"]), /^Error: region: this text is not a region ID/);
            assert.equal(emulator.ledger.requests.length, 0);
        });

        it("changes nothing when it is disruptive, unless the ID is typed on a terminal", async () => {
            await assert.rejects(contract(["--disruptive"]), /needs a terminal .*Nothing was changed/);
            await assert.rejects(contract(["--disruptive"], "yes"), /not the ID of this instance/);
            expectReadOnly();
        });

        it("interrupts and resumes this instance when its ID is typed", async () => {
            const { code, text } = await contract(["--disruptive"], instanceId);
            assert.equal(code, 0, text);
            const effects = emulator.ledger.effects.map((effect) => `${effect.operation} ${effect.instanceId}`);
            assert.deepEqual(effects, [`InterruptLogstashTask ${instanceId}`, `ResumeLogstashTask ${instanceId}`]);
            assert.match(text, /^interruptWhileIdle .*not checked: needs an idle instance$/m);
            assert.match(text, /The last poll saw activating\./);
        });

        it("ends with 1, and names the source, when something differs", async () => {
            emulator.addInstance({ instanceId, interruptedStatus: "Paused", interruptMs: Number.POSITIVE_INFINITY });
            const { code, text } = await contract(["--disruptive"], instanceId);
            assert.equal(code, 1);
            assert.match(text, /^interruptedStatus +suspended +Paused {2}← differs$/m);
            assert.match(text, /^interruptedStatus: .*\n {2}source: /m);
        });
    });
});
