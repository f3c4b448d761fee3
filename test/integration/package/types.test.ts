import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, run } from "../../support/commands";

const program = `
import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt, LogstashTaskResume } from "pulumi-alicloud-logstash";

declare const text: pulumi.Output<string | undefined>;
declare const seconds: pulumi.Output<number | undefined>;
declare const flag: pulumi.Output<boolean | undefined>;
declare const choice: pulumi.Output<"fail" | "skip" | undefined>;
declare const maybe: string | undefined;
declare const either: { instanceId: string; waitForSuspended: boolean | undefined; triggers: string[] | undefined };
const names: readonly string[] = ["v1"];
const parent = new pulumi.ComponentResource("a:b:C", "parent");
const shared = { region: text, clientToken: text, timeoutSeconds: seconds, profile: text };

new LogstashTaskInterrupt("a", { instanceId: "x", region: text, triggers: names });
new LogstashTaskInterrupt("b", { instanceId: "x", region: maybe, triggers: pulumi.output(names) });
new LogstashTaskInterrupt("c", { instanceId: pulumi.output("x"), ...shared, waitForSuspended: flag, whenIdle: choice });
new LogstashTaskResume("d", { instanceId: "x", ...shared, waitForResumed: flag, whenNotSuspended: choice });
new LogstashTaskInterrupt("e", either, { parent, dependsOn: [parent], protect: true, aliases: [{ name: "f" }] });
new LogstashTaskInterrupt("g", { instanceId: "x", triggers: ["v1", text, Promise.resolve({ at: new Date() })] as const });
new LogstashTaskInterrupt("h", { instanceId: "x", triggers: Promise.resolve(names), profile: Promise.resolve(maybe) });

// @ts-expect-error
new LogstashTaskInterrupt("i", { instanceId: "x" }, { provider: new pulumi.ProviderResource("alicloud", "p", {}) });
// @ts-expect-error
new LogstashTaskInterrupt("j", { instanceId: "x" }, { import: "ls-cn-a" });
// @ts-expect-error
new LogstashTaskResume("k", { instanceId: "x" }, { id: "ls-cn-a" });
// @ts-expect-error
new LogstashTaskInterrupt("l", { instanceId: text });
// @ts-expect-error
new LogstashTaskInterrupt("m", { instanceId: "x", triggers: "v1" });
`;

describe("the published types", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "logstash-types-"));
        symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
        writeFileSync(join(folder, "index.ts"), program);
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    for (const exactOptionalPropertyTypes of [false, true]) {
        const exact = exactOptionalPropertyTypes ? " and `exactOptionalPropertyTypes`" : "";
        it(`accept what works at run time, and reject what does not, under \`strict\`${exact}`, async () => {
            const compilerOptions = {
                ...{ strict: true, exactOptionalPropertyTypes, noEmit: true, skipLibCheck: true },
                ...{ target: "es2022", module: "nodenext", types: ["node"] },
            };
            writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
            await run("tsc", ["-p", folder], { cwd: folder });
        });
    }
});
