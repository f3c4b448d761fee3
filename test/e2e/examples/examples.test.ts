import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, type InstanceOptions, selfSigned, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { identityProviderArn, roleArn } from "../../support/account";
import { repository } from "../../support/commands";
import { nameIn } from "../../support/fixture";
import { applyPack } from "../../support/policyPack";
import { expectFailure, expectSuccess, type ResourceState, type Run, Stack } from "../../support/stack";

const examples = join(repository, "examples");
/** The instances that the READMEs speak of. */
const orders = "ls-cn-4591f1y6abcd";
const billing = "ls-cn-0pp1n8xqr3ef";
/** By test/e2e/installs/languages.test.ts, from the packed package. */
const runElsewhere = ["go", "javascript-plugin", "python", "typescript-sdk", "yaml"];

describe("the examples", () => {
    let emulator: Emulator;
    let stacks: Stack[];

    beforeEach(async () => {
        const instances: InstanceOptions[] = [
            { instanceId: orders, status: "activating" },
            { instanceId: billing, status: "activating", region: "ap-southeast-1" },
        ];
        emulator = await startEmulator({ instances });
        stacks = [];
    });
    afterEach(async () => {
        for (const stack of stacks) {
            stack.remove();
        }
        await emulator.stop();
    });
    /** A copy of an example with the packages it declares, configured as its README says. */
    async function copy(example: string, env: Readonly<Record<string, string>> = {}): Promise<Stack> {
        const stack = await Stack.create({ emulator, program: "", copyOf: join(examples, example), env });
        stacks.push(stack);
        for (const args of configurationIn(example)) {
            expectSuccess(await stack.pulumi(...args));
        }
        return stack;
    }
    const calls = (instanceId?: string) =>
        emulator.ledger.effects
            .filter((effect) => instanceId === undefined || effect.instanceId === instanceId)
            .map(({ operation }) => operation);
    const resourcesOf = async (stack: Stack): Promise<Partial<Record<string, ResourceState>>> =>
        Object.fromEntries((await stack.resources()).map((resource) => [nameIn(resource.urn), resource]));
    async function expectNoRequests(act: () => Promise<Run>): Promise<Run> {
        const before = emulator.ledger.requests.length;
        const run = expectSuccess(await act());
        assert.equal(emulator.ledger.requests.length, before, "requests were sent");
        return run;
    }

    it("have a test each when they are listed", function () {
        const titles = (this.test?.parent?.tests ?? [])
            .map(({ title }) => title)
            .concat(runElsewhere)
            .join("\n");
        assert.deepEqual(
            readdirSync(examples).filter((example) => !titles.includes(example)),
            [],
        );
    });

    it("quickstart interrupts once when it is deployed", async () => {
        const stack = await copy("quickstart");
        assert.match(expectSuccess(await stack.up()).text, /status *: "suspended"/);
        assert.deepEqual(calls(), ["InterruptLogstashTask"]);
    });

    it("guarded-resource interrupts and resumes once when the guarded resource changes, and only then", async () => {
        const stack = await copy("guarded-resource");
        const both = ["InterruptLogstashTask", "ResumeLogstashTask"];
        expectSuccess(await stack.up());
        assert.deepEqual(calls(), both);
        expectSuccess(await stack.pulumi("config", "set", "title", "Invoices"));
        assert.match((await expectNoRequests(() => stack.up())).text, /1 updated/);
        expectSuccess(await stack.pulumi("config", "set", "size", "2"));
        expectSuccess(await stack.up());
        assert.deepEqual(calls(), [...both, ...both]);
        await expectNoRequests(() => stack.up("--expect-no-changes"));
    });

    it("release-gate rolls out when the interrupt has succeeded, and only then", async () => {
        const stack = await copy("release-gate");
        expectSuccess(await stack.up());
        const { gate, rollout } = await resourcesOf(stack);
        assert.deepEqual(rollout?.dependencies, [gate?.urn]);

        emulator.startChange(orders);
        expectSuccess(await stack.pulumi("config", "set", "release", "v2"));
        const forbidden = { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "Not allowed." } as const;
        emulator.faults.add({ operation: "InterruptLogstashTask", calls: 1, fault: forbidden });
        expectFailure(await stack.up());
        assert.equal((await resourcesOf(stack)).rollout?.inputs.input, "v1");
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /interrupted *: true[\s\S]*rolledOut *: "v1" => "v2"[\s\S]*2 updated/);
        assert.equal(calls().length, 2);
    });

    it("fleet interrupts each member in its own region when it is not idle", async () => {
        const stack = await copy("fleet");
        emulator.setStatus(orders, "active");
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /billing *: true[\s\S]*orders *: false/);
        assert.deepEqual([calls(orders), calls(billing)], [[], ["InterruptLogstashTask"]]);
        const regions = emulator.ledger.requests.map(({ instanceId, region }) => `${instanceId} ${region}`);
        assert.deepEqual([...new Set(regions)].sort(), [`${billing} ap-southeast-1`, `${orders} cn-hangzhou`]);
    });

    it("maintenance-window interrupts, works and resumes in this order when the version changes", async () => {
        const stack = await copy("maintenance-window");
        expectSuccess(await stack.up());
        const both = ["InterruptLogstashTask", "ResumeLogstashTask"];
        assert.deepEqual(calls(), both);
        const { migration, ...window } = await resourcesOf(stack);
        const [open, close] = [window["maintenance-open"], window["maintenance-close"]];
        assert.deepEqual(migration?.dependencies, [open?.urn]);
        assert.deepEqual(close?.dependencies?.toSorted(), [open?.urn, migration?.urn].toSorted());
        for (const { urn } of [open, migration, close].filter((part) => part !== undefined)) {
            assert.match(urn, /::examples:logstash:MaintenanceWindow\$/);
        }
        expectSuccess(await stack.pulumi("config", "set", "version", "v2"));
        expectSuccess(await stack.up());
        assert.deepEqual(calls(), [...both, ...both]);

        // Suspended by somebody else: the work is done, and the instance is left as it is.
        emulator.setStatus(orders, "suspended");
        expectSuccess(await stack.pulumi("config", "set", "version", "v3"));
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /interrupted *: true => false/);
        assert.deepEqual(calls(), [...both, ...both]);
        assert.equal(emulator.instance(orders).status, "suspended");
    });

    it("ci-oidc signs with the job's role and interrupts once when there is a new commit", async () => {
        await emulator.stop();
        const tls = selfSigned();
        const role = {
            arn: roleArn("logstash-release"),
            oidcProviderArn: identityProviderArn("github"),
        };
        const oidcToken = "header.payload.signature";
        const instances: InstanceOptions[] = [{ instanceId: orders, status: "activating" }];
        emulator = await startEmulator({ tls, roles: [role], oidcTokens: [oidcToken], instances });
        const stack = await copy("ci-oidc");
        for (const [name, text] of Object.entries({ "oidc-token": oidcToken, "ca.pem": tls.cert })) {
            stack.write(name, text);
        }
        stack.environment({
            NODE_EXTRA_CA_CERTS: stack.path("program", "ca.pem"),
            // An access key goes before an OIDC role, and a CI job has none.
            ALIBABA_CLOUD_ACCESS_KEY_ID: "",
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: "",
        });
        const sts = `localhost:${new URL(emulator.url).port}`;
        for (const [name, host] of Object.entries({ elasticsearch: emulator.plainUrl, sts })) {
            expectSuccess(await stack.pulumi("config", "set", "--path", `alicloud:endpoints[0].${name}`, host));
        }
        // What the job does once it has its token.
        const variables = {
            '"$RUNNER_TEMP/oidc-token"': stack.path("program", "oidc-token"),
            '"$GITHUB_SHA"': "0123abc",
        };
        const job = readFileSync(join(examples, "ci-oidc", "deploy.yml"), "utf8");
        for (const args of settingsIn(job)) {
            const values = args.map((word) => variables[word as keyof typeof variables] ?? word);
            expectSuccess(await stack.pulumi(...values));
        }
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /interrupted *: true\n *status *: "suspended"/);
        assert.equal(calls().length, 1);
        assert.ok(emulator.ledger.requests.every(({ accessKeyId }) => accessKeyId?.startsWith("STS.")));
        await expectNoRequests(() => stack.up());
    });

    it("policy-pack fails the deployment before any request when an interrupt has no triggers", async () => {
        const stack = await copy("quickstart");
        const flags = applyPack(stack, join(examples, "policy-pack"));
        const program = readFileSync(stack.path("program", "index.ts"), "utf8");
        stack.write("index.ts", program.replace(/^ *triggers: .*\n/m, ""));
        const refused = expectFailure(await stack.up(...flags));
        assert.match(refused.text, /\[mandatory\] +interrupt-names-its-release/);
        assert.match(refused.text, /The interrupt of ls-cn-4591f1y6abcd needs `triggers`, such as the release\./);
        assert.equal(emulator.ledger.requests.length, 0);

        stack.write("index.ts", program);
        assert.match(expectSuccess(await stack.up(...flags)).text, /✅ logstash@v0\.1\.0/);
        assert.equal(calls().length, 1);
    });

    it("automation-service returns the outcome once when there is a new release, and the provider's error when it fails", async () => {
        const stack = await copy("automation-service");
        const settings = readFileSync(stack.path("program", "Pulumi.dev.yaml"), "utf8");
        const missing = "ls-cn-nosuch0001";
        for (const instanceId of [orders, missing]) {
            stack.write(`Pulumi.${instanceId}.yaml`, settings);
        }
        const interrupt = (...args: string[]) =>
            stack.node("node_modules/ts-node/dist/bin.js", "--transpile-only", "main.ts", ...args);
        const first = expectSuccess(await interrupt(orders, "v1"));
        const result = JSON.parse(first.text) as Record<string, unknown>;
        assert.deepEqual({ ...result, requestId: "" }, { status: "suspended", interrupted: true, requestId: "" });
        const again = await expectNoRequests(() => interrupt(orders, "v1"));
        assert.equal(again.text, first.text);
        assert.equal(calls().length, 1);

        const failed = expectFailure(await interrupt(missing, "v1"));
        assert.match(failed.text, /^[^\n]*ls-cn-nosuch0001[\s\S]*InstanceNotFound/);
        assert.doesNotMatch(failed.text, /stack trace|node_modules|CommandError/);
    });
});

function configurationIn(example: string): string[][] {
    return settingsIn(readFileSync(join(examples, example, "README.md"), "utf8"));
}

/** The `pulumi config set` lines of a text, in words. */
function settingsIn(text: string): string[][] {
    const lines = [...text.matchAll(/^ *pulumi (config set .*)$/gm)].map(([, args = ""]) => args);
    return lines.map((line) => line.split(" "));
}
