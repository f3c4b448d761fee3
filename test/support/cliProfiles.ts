import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A profile of the `aliyun` CLI. */
export type CliProfile = Readonly<Record<string, unknown>> & { readonly name: string };

/** Writes the configuration of the `aliyun` CLI where it is looked for below a home, and returns its path. */
export function writeCliProfiles(home: string, ...profiles: readonly CliProfile[]): string {
    const file = join(home, ".aliyun", "config.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, textOfCliProfiles(...profiles));
    return file;
}

/** The text of such a file; the current profile is "default". */
export function textOfCliProfiles(...profiles: readonly CliProfile[]): string {
    return JSON.stringify({ current: "default", profiles });
}
