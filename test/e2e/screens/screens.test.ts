import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fixture } from "../../support/fixture";
import { code, interruptProgram, programOf } from "../../support/programs";
import { expectFailure, expectSuccess, type Run } from "../../support/stack";

const instanceId = "ls-cn-4591f1y6abcd";
/** No port of a server. */
const unreachable = "http://127.0.0.1:1";
const short = { instanceId, timeoutSeconds: 2 };

/** What differs from run to run, and what stands in its place. */
const changing: readonly (readonly [RegExp, string])[] = [
    [/ \((\d+m)?\d+(\.\d+)?s\)/g, ""],
    [/^(Duration:) .*$/gm, "$1 1s"],
    [/\b[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\b/g, "REQUEST-ID"],
    [/\b127\.0\.0\.1:\d{2,}\b/g, "127.0.0.1:PORT"],
    [/\b(\d+) in \d+\.\d s\b/g, "$1 in 1.0 s"],
];

/** What a terminal shows when the CLI has ended: the last row of each resource, then what was said, by the resources' names. */
function screenOf({ text }: Run): string {
    const same = changing.reduce((screen, [pattern, instead]) => screen.replace(pattern, instead), text);
    const [head = "", ...tail] = same
        .replace(/ +$/gm, "")
        .trimEnd()
        .split(/(?=^(?:Diagnostics|Outputs|Resources):$)/m);
    const [title, ...rows] = head.split("\n");
    const resourceOf = (row: string) => /\bpulumi\S*:\S+ \S+/.exec(row)?.[0] ?? row;
    const last = new Map(rows.filter((row) => row.includes("pulumi")).map((row) => [resourceOf(row), row]));
    // The CLI tells of resources in no order.
    const parts = tail.map((part) =>
        part.trimEnd().replace(/(?<=^Diagnostics:\n)[\s\S]*/, (said) => said.split("\n\n").toSorted().join("\n\n")),
    );
    return `${[title, [...last.values()].join("\n"), ...parts].join("\n\n")}\n`;
}

// After a change of a message, `UPDATE_SCREENS=1 npx mocha test/e2e/screens/screens.test.ts` writes the files, for a person to read.
describe("the terminal", () => {
    let fixture: Fixture;
    beforeEach(async () => {
        fixture = await Fixture.open({ instances: [instanceId] });
    });
    afterEach(() => fixture.close());

    const connectTo = (elasticsearch: string) => fixture.stack.configure({ "alicloud:endpoints": [{ elasticsearch }] });
    function expectScreen(name: string, run: Run): void {
        const file = join(__dirname, `${name}.txt`);
        if (process.env.UPDATE_SCREENS !== undefined) {
            writeFileSync(file, screenOf(run));
        }
        assert.equal(screenOf(run), readFileSync(file, "utf8"));
    }
    /** The deployment fails, and records nothing. */
    async function expectFailureScreen(name: string, args: object = short): Promise<void> {
        fixture.stack.program(interruptProgram({ ...args }));
        expectScreen(name, expectFailure(await fixture.stack.up()));
        assert.deepEqual(await fixture.stack.resources(), []);
    }

    it("shows that nothing is resumed when an operator has suspended the instance", async () => {
        const pause = { args: { instanceId, triggers: ["v1"], whenIdle: "skip" } };
        const args = { instanceId, interruption: code("pause.interruption") };
        const resources = programOf({
            pause,
            goOn: { kind: "LogstashTaskResume", args, options: "{ dependsOn: [pause] }" },
        });
        fixture.stack.program(`${resources}\nexports.interrupted = pause.interrupted;`);
        fixture.emulator.setStatus(instanceId, "suspended");
        expectScreen("suspended-by-somebody-else", expectSuccess(await fixture.stack.up()));
    });

    it("names the endpoint when it refuses connections", async () => {
        connectTo(unreachable);
        await expectFailureScreen("dead-endpoint");
    });

    it("names the proxy and its variable when it refuses connections", async () => {
        connectTo("service.invalid");
        fixture.stack.environment({ HTTPS_PROXY: unreachable, NO_PROXY: "", no_proxy: "" });
        await expectFailureScreen("dead-proxy");
    });

    it("names the access key when its secret is wrong", async () => {
        fixture.stack.environment({ ALIBABA_CLOUD_ACCESS_KEY_SECRET: "wrong-canary" });
        await expectFailureScreen("wrong-secret");
    });

    it("names the endpoint setting when it is that of another region, or no host", async () => {
        await expectFailureScreen("endpoint-of-another-region", { ...short, region: "cn-beijing" });
        connectTo("elasticsearch-vpc.{region}.aliyuncs.com");
        expectScreen("endpoint-with-braces", expectFailure(await fixture.stack.pulumi("preview")));
    });

    it("shows a new resource or none when a resource is renamed without or with an alias", async () => {
        const { stack } = fixture;
        stack.program(interruptProgram({ instanceId }));
        expectSuccess(await stack.up());
        stack.program(programOf({ hold: { args: { instanceId } } }));
        expectScreen("renamed-without-alias", expectSuccess(await stack.pulumi("preview")));
        stack.program(programOf({ hold: { args: { instanceId }, options: '{ aliases: [{ name: "pause" }] }' } }));
        expectScreen("renamed-with-alias", expectSuccess(await fixture.withoutRequests(() => stack.up())));
    });
});
