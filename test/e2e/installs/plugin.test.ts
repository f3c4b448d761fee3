import { strict as assert } from "node:assert";
import { readFileSync, rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { run } from "../../support/commands";
import { Fixture, interrupt } from "../../support/fixture";
import { packed } from "../../support/packed";
import { pluginHeader } from "../../support/pluginPrograms";
import { endOf, providerOf } from "../../support/processes";
import { expectFailure, expectSuccess } from "../../support/stack";

const instanceId = "ls-cn-4591f1y6abcd";
const { peerDependencies } = require("pulumi-alicloud-logstash/package.json") as {
    readonly peerDependencies: Readonly<Record<string, string>>;
};
/** The oldest that the package accepts, from which the plugin takes gRPC and its messages. */
const oldestSdk = `@pulumi/pulumi@${peerDependencies["@pulumi/pulumi"]?.replace("^", "")}`;

describe("the plugin of the npm package", function () {
    this.timeout(300_000);
    let fixture: Fixture;

    before(async () => {
        const { tarball } = await packed();
        fixture = await Fixture.open({ instances: [instanceId], plugin: true, program: programOf("v1") });
        const { stack } = fixture;
        rmSync(stack.path("program", "node_modules"), { recursive: true });
        stack.projectFile("node_modules/.bin");
        const packages = ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball, oldestSdk];
        await run("npm", packages, { cwd: stack.path("program") });
    });
    after(() => fixture.close());

    const programOf = (trigger: string) =>
        `${pluginHeader} new Interrupt("pause", { instanceId: "${instanceId}", triggers: ["${trigger}"] });`;
    const effects = () => fixture.effects(instanceId);

    it("runs and serves its schema when it is installed with the oldest SDK", async () => {
        const { stack } = fixture;
        expectSuccess(await stack.up());
        expectSuccess(await stack.up("--expect-no-changes"));
        assert.equal(effects(), 1);
        const executable = "./node_modules/.bin/pulumi-resource-alicloud-logstash";
        const served = expectSuccess(await stack.pulumi("package", "get-schema", executable));
        const file = stack.path("program", "node_modules", "pulumi-alicloud-logstash", "schema.json");
        assert.deepEqual(JSON.parse(served.text), JSON.parse(readFileSync(file, "utf8")));
    });

    it("ends when the CLI is killed, and finishes the request in the next run", async () => {
        const { emulator, stack } = fixture;
        emulator.startChange(instanceId);
        emulator.faults.add({ operation: interrupt, fault: { kind: "hang", point: "after" } });
        stack.program(programOf("v2"));
        const { child, ended } = stack.start("up", "--yes", "--skip-preview");
        while (effects() < 2) {
            await setTimeout(10);
        }
        const plugin = providerOf(Number(child.pid));
        child.kill("SIGKILL");
        await ended;
        await endOf(plugin);
        stack.endAll();
        emulator.faults.clear();
        assert.match(expectFailure(await stack.up()).text, /pulumi cancel/);
        expectSuccess(await stack.pulumi("cancel", "--yes"));
        expectSuccess(await stack.up());
        assert.equal((await stack.resource()).outputs.status, "suspended");
        assert.equal(effects(), 2);
        expectSuccess(await stack.destroy());
    });
});
