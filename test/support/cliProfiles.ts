import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A profile of the `aliyun` CLI. */
export type CliProfile = Readonly<Record<string, unknown>> & { readonly name: string };

/** Writes the configuration of the `aliyun` CLI below a home, with "default" as the current profile. Returns its path. */
export function writeCliProfiles(home: string, ...profiles: readonly CliProfile[]): string {
    const file = join(home, ".aliyun", "config.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ current: "default", profiles }));
    return file;
}
