import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { linkPackages, type Stack } from "./stack";

const script = `#!/bin/sh
exec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$@"
`;

/**
 * Copies a policy pack beside a program and returns the flags that apply it.
 *
 * The Node.js host that can be built from Go modules (v3.68) answers "not supported" to a pack with `runtime: nodejs`.
 * Packs of a runtime without a host are started by a script, as all packs were before: so the copy is given such a one.
 */
export function applyPack(stack: Stack, folder: string): string[] {
    const pack = stack.path("pack");
    cpSync(folder, pack, { recursive: true });
    linkPackages(pack);
    const project = join(pack, "PulumiPolicy.yaml");
    writeFileSync(project, readFileSync(project, "utf8").replace(/^runtime: nodejs$/m, "runtime: script"));
    const plugin = stack.path("home", ".pulumi", "plugins", "analyzer-policy-script-v1.0.0");
    mkdirSync(plugin, { recursive: true });
    writeFileSync(join(plugin, "pulumi-analyzer-policy-script"), script, { mode: 0o755 });
    return ["--policy-pack", pack];
}
