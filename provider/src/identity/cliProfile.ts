import { scalarText } from "./block";
import type { Mode } from "./mode";
import type { ResolvedSetting, SettingSource } from "./place";

/** The file of the `aliyun` CLI, whose form others share. */
export interface CliFile {
    /** For messages. */
    readonly name: string;
    /** Whether it is the one that the CLI itself uses. */
    readonly isClis: boolean;
    readonly profiles: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
}

/** One profile of that file. */
export interface CliProfile {
    readonly name: string;
    readonly mode: Mode;
    /** Who chose it. */
    readonly chosenBy: SettingSource;
    readonly file: CliFile;
    readonly fields: Readonly<Record<string, unknown>>;
}

/** A field of a profile that is set to something. */
export function fieldOf({ name: profile, fields }: CliProfile, field: string): ResolvedSetting | undefined {
    const value = scalarText(fields[field]);
    // The CLI writes a number that was not given as 0.
    return value === undefined || value === "0" ? undefined : { value, source: { kind: "profile", profile, field } };
}
