import { strict as assert } from "node:assert";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { selfSigned } from "pulumi-alicloud-logstash-emulator";
import { identityProviderArn, roleArn } from "../../support/account";
import { repository } from "../../support/commands";
import { Fixture, interrupt, resume } from "../../support/fixture";
import { expectFailure, expectSuccess, linkPackages, type Stack } from "../../support/stack";

const examples = join(repository, "examples");
/** The instances that the READMEs speak of. */
const orders = "ls-cn-4591f1y6abcd";
const billing = "ls-cn-0pp1n8xqr3ef";

/**
 * The Node.js host that can be built from Go modules (v3.68) runs no policy pack with `runtime: nodejs`. Packs of a runtime
 * without a host are started by a script, as all packs were before, so the copy of a pack is given such a one.
 */
const policyScript = `#!/bin/sh
exec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$@"
`;

describe("the examples", () => {
    let fixture: Fixture;
    afterEach(() => fixture?.close());

    /** A copy of an example with the packages it declares, configured as its README says. */
    async function copy(example: string, options: Partial<Parameters<typeof Fixture.open>[0]> = {}): Promise<Stack> {
        const instances = [orders, { instanceId: billing, region: "ap-southeast-1" }];
        fixture = await Fixture.open({ copyOf: join(examples, example), instances, ...options });
        for (const args of settingsIn(example, "README.md")) {
            await configure(...args);
        }
        return fixture.stack;
    }
    const configure = async (...args: readonly string[]) =>
        expectSuccess(await fixture.stack.pulumi("config", "set", ...args));
    const applied = () => fixture.emulator.ledger.effects.map(({ operation }) => operation);
    const upOnce = async (...operations: readonly string[]) => {
        const before = applied();
        const { run, records } = await fixture.up();
        expectSuccess(run);
        assert.deepEqual(applied(), [...before, ...operations]);
        return { text: run.text, records };
    };

    it("quickstart interrupts once when it is deployed", async () => {
        await copy("quickstart");
        assert.match((await upOnce(interrupt)).text, /status *: "suspended"/);
    });

    it("guarded-resource interrupts and resumes once when the guarded resource changes, and only then", async () => {
        const stack = await copy("guarded-resource");
        await upOnce(interrupt, resume);
        await configure("title", "Invoices");
        assert.match((await fixture.withoutRequests(upOnce)).text, /1 updated/);
        await configure("size", "2");
        await upOnce(interrupt, resume);
        expectSuccess(await fixture.withoutRequests(() => stack.up("--expect-no-changes")));
    });

    it("release-gate rolls out when the interrupt has succeeded, and only then", async () => {
        const stack = await copy("release-gate");
        await upOnce(interrupt);
        fixture.emulator.startChange(orders);
        await configure("release", "v2");
        const forbidden = { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "Not allowed." } as const;
        fixture.emulator.faults.add({ operation: interrupt, calls: 1, fault: forbidden });
        expectFailure(await stack.up());
        assert.equal((await fixture.records()).rollout?.inputs.input, "v1");
        assert.match((await upOnce(interrupt)).text, /interrupted *: true[\s\S]*rolledOut *: "v1" => "v2"/);
    });

    it("fleet interrupts each member in its own region when it is not idle", async () => {
        await copy("fleet");
        fixture.emulator.setStatus(orders, "active");
        assert.match((await upOnce(interrupt)).text, /billing *: true[\s\S]*orders *: false/);
        const regions = fixture.emulator.ledger.requests.map(({ instanceId, region }) => `${instanceId} ${region}`);
        assert.deepEqual([...new Set(regions)].sort(), [`${billing} ap-southeast-1`, `${orders} cn-hangzhou`]);
    });

    it("maintenance-window interrupts, works and resumes in this order when the version changes", async () => {
        await copy("maintenance-window");
        const { migration, ...window } = (await upOnce(interrupt, resume)).records;
        const [open, close] = [window["maintenance-open"], window["maintenance-close"]];
        assert.deepEqual(migration?.dependencies, [open?.urn]);
        assert.deepEqual(close?.dependencies?.toSorted(), [open?.urn, migration?.urn].toSorted());
        assert.match(close?.urn ?? "", /::examples:logstash:MaintenanceWindow\$/);
        await configure("version", "v2");
        await upOnce(interrupt, resume);

        // Suspended by somebody else: the work is done, and the instance is left as it is.
        fixture.emulator.setStatus(orders, "suspended");
        await configure("version", "v3");
        assert.match((await upOnce()).text, /interrupted *: true => false/);
    });

    it("ci-oidc signs with the job's role and interrupts once when there is a new commit", async () => {
        const tls = selfSigned();
        const roles = [{ arn: roleArn("logstash-release"), oidcProviderArn: identityProviderArn("github") }];
        const oidcToken = "header.payload.signature";
        // An access key goes before an OIDC role, and a CI job has none.
        const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" };
        const stack = await copy("ci-oidc", { tls, roles, oidcTokens: [oidcToken], env });
        stack.write("oidc-token", oidcToken);
        stack.write("ca.pem", tls.cert);
        stack.environment({ NODE_EXTRA_CA_CERTS: stack.path("program", "ca.pem") });
        const { plainUrl, url } = fixture.emulator;
        await configure("--path", "alicloud:endpoints[0].elasticsearch", plainUrl);
        await configure("--path", "alicloud:endpoints[0].sts", `localhost:${new URL(url).port}`);
        // What the job does once it has its token.
        const tokenFile = stack.path("program", "oidc-token");
        for (const args of settingsIn("ci-oidc", "deploy.yml")) {
            const values = args.map((word) => word.replace('"$RUNNER_TEMP/oidc-token"', tokenFile));
            await configure(...values.map((word) => word.replace('"$GITHUB_SHA"', "0123abc")));
        }
        assert.match((await upOnce(interrupt)).text, /interrupted *: true\n *status *: "suspended"/);
        const { requests } = fixture.emulator.ledger;
        assert.ok(requests.every(({ accessKeyId }) => accessKeyId?.startsWith("STS.")));
        await fixture.withoutRequests(upOnce);
    });

    it("policy-pack fails the deployment before any request when an interrupt has no triggers", async () => {
        const stack = await copy("quickstart");
        const pack = stack.path("pack");
        cpSync(join(examples, "policy-pack"), pack, { recursive: true });
        linkPackages(pack);
        const project = readFileSync(join(pack, "PulumiPolicy.yaml"), "utf8");
        writeFileSync(join(pack, "PulumiPolicy.yaml"), project.replace(/^runtime: nodejs$/m, "runtime: script"));
        const analyzer = stack.path("home", ".pulumi", "plugins", "analyzer-policy-script-v1.0.0");
        mkdirSync(analyzer, { recursive: true });
        writeFileSync(join(analyzer, "pulumi-analyzer-policy-script"), policyScript, { mode: 0o755 });

        const program = readFileSync(stack.path("program", "index.ts"), "utf8");
        stack.write("index.ts", program.replace(/^ *triggers: .*\n/m, ""));
        const refused = expectFailure(await fixture.withoutRequests(() => stack.up("--policy-pack", pack)));
        assert.match(refused.text, /\[mandatory\] +interrupt-names-its-release/);
        assert.match(refused.text, /The interrupt of ls-cn-4591f1y6abcd needs `triggers`, such as the release\./);
        stack.write("index.ts", program);
        assert.match(expectSuccess(await stack.up("--policy-pack", pack)).text, /✅ logstash@v0\.1\.0/);
    });

    it("automation-service returns the outcome once when there is a new release, and the provider's error when it fails", async () => {
        const stack = await copy("automation-service");
        const settings = readFileSync(stack.path("program", "Pulumi.dev.yaml"), "utf8");
        const missing = "ls-cn-nosuch0001";
        for (const instanceId of [orders, missing]) {
            stack.write(`Pulumi.${instanceId}.yaml`, settings);
        }
        const call = (...args: string[]) =>
            stack.node("node_modules/ts-node/dist/bin.js", "--transpile-only", "main.ts", ...args);
        const first = expectSuccess(await call(orders, "v1"));
        assert.match(first.text, /^\{"status":"suspended","interrupted":true,"requestId":"[^"]+"\}/);
        const again = await fixture.withoutRequests(() => call(orders, "v1"));
        assert.equal(expectSuccess(again).text, first.text);

        const failed = expectFailure(await call(missing, "v1"));
        assert.match(failed.text, /^[^\n]*ls-cn-nosuch0001[\s\S]*InstanceNotFound/);
        assert.doesNotMatch(failed.text, /stack trace|node_modules|CommandError/);
    });
});

/** The arguments of the `pulumi config set` lines in a file of an example, in words. */
function settingsIn(example: string, file: string): string[][] {
    const text = readFileSync(join(examples, example, file), "utf8");
    return [...text.matchAll(/^ *pulumi config set (.*)$/gm)].map(([, args = ""]) => args.split(" "));
}
