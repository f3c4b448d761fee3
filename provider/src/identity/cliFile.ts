import { join } from "node:path";
import { ConfigurationError } from "../configuration";
import { isRecord } from "../json";
import { scalarText } from "./block";
import type { CliFile, CliProfile } from "./cliProfile";
import { finder } from "./finder";
import { fieldsThatNeedMode, isMode, usableModes } from "./mode";
import { describeSource, quoted, type ResolvedSetting } from "./place";
import type { Settings } from "./settings";

/** The profile that the stack configuration or the environment names; one that is not there is an error. */
export function namedProfile(settings: Settings): CliProfile | undefined {
    const wanted = finder(settings)("profile");
    return wanted === undefined ? undefined : profileIn(profilesFile(settings, wanted), wanted);
}

/** A resource's own profile. */
export function ownProfile(settings: Settings, name: string): CliProfile {
    const wanted = ownProfileNamed(name);
    return profileIn(profilesFile(settings, wanted), wanted);
}

/** The same where there is a file to look it up in: a preview may be made where there is none. */
export function ownProfileIfReadable(settings: Settings, name: string): CliProfile | undefined {
    const file = readCliFile(settings, finder(settings)("credentialsFile"));
    return file && profileIn(file, ownProfileNamed(name));
}

/** The names in the CLI's own file, for messages: none if it cannot be read. */
export function profileNames(settings: Settings): readonly string[] {
    try {
        return quotedNames(readCliFile(settings, undefined)?.profiles ?? []);
    } catch (error) {
        if (error instanceof ConfigurationError) {
            return [];
        }
        throw error;
    }
}

/** Finds a profile in a file; `wanted` says who asks. */
export function profileIn(file: CliFile, wanted: ResolvedSetting): CliProfile {
    const entry = file.profiles.find(({ name }) => name === wanted.value);
    if (entry === undefined) {
        throw new ConfigurationError(
            `${file.name} has no profile ${quoted(wanted.value)}, which ${describeSource(wanted.source)} names; ` +
                `it has ${quotedNames(file.profiles).join(", ") || "none"}`,
        );
    }
    const mode = scalarText(entry.mode) ?? modeOfKey(wanted.value, entry);
    if (!isMode(mode)) {
        throw new ConfigurationError(
            `the CLI profile ${quoted(wanted.value)} has the mode ${quoted(mode)}, which is not known here; ` +
                `known are ${usableModes.join(", ")}`,
        );
    }
    return { name: wanted.value, mode, chosenBy: wanted.source, file, fields: entry };
}

/** A profile without a mode is a key, with a token if it has one. */
function modeOfKey(name: string, fields: CliProfile["fields"]): string {
    const unclear = fieldsThatNeedMode.find((field) => scalarText(fields[field]) !== undefined);
    if (unclear !== undefined) {
        throw new ConfigurationError(
            `the CLI profile ${quoted(name)} has \`${unclear}\`, and no \`mode\` that says what it is for; set its \`mode\``,
        );
    }
    return scalarText(fields.sts_token) === undefined ? "AK" : "StsToken";
}

function quotedNames(profiles: CliFile["profiles"]): readonly string[] {
    return profiles.slice(0, 20).map(({ name }) => quoted(name));
}

function ownProfileNamed(name: string): ResolvedSetting {
    return { value: name.trim(), source: { kind: "argument", name: "profile" } };
}

function profilesFile(settings: Settings, wanted: ResolvedSetting): CliFile {
    const path = finder(settings)("credentialsFile");
    const file = readCliFile(settings, path);
    if (file === undefined) {
        const where = path === undefined ? "`~/.aliyun/config.json`" : `which ${describeSource(path.source)} names`;
        throw new ConfigurationError(
            `the file of CLI profiles, ${where}, does not exist; ${describeSource(wanted.source)} is to be found in it`,
        );
    }
    return file;
}

function readCliFile(settings: Settings, path: ResolvedSetting | undefined): CliFile | undefined {
    const clisPath = join(settings.homeDirectory, ".aliyun", "config.json");
    const whole = path === undefined ? clisPath : path.value.replace(/^~(?=\/|\\|$)/, () => settings.homeDirectory);
    const name = path === undefined ? "the CLI's file" : `the file that ${describeSource(path.source)} names`;
    const content = settings.readFile(whole);
    if (content.kind === "absent") {
        return undefined;
    }
    if (content.kind === "unreadable") {
        throw new ConfigurationError(`${name} cannot be read: ${content.code}`);
    }
    return { name, isClis: whole === clisPath, ...parseCliFile(name, content.text) };
}

function parseCliFile(name: string, text: string): Pick<CliFile, "profiles"> {
    let content: unknown;
    try {
        content = JSON.parse(text);
    } catch {
        throw new ConfigurationError(`${name} is not JSON, as the aliyun CLI writes it`);
    }
    const profiles: unknown = isRecord(content) ? (content.profiles ?? []) : undefined;
    if (!Array.isArray(profiles) || !profiles.every(isRecord)) {
        throw new ConfigurationError(`${name} has no list of \`profiles\`, as the aliyun CLI writes it`);
    }
    return { profiles: profiles.map((profile) => ({ ...profile, name: scalarText(profile.name) ?? "" })) };
}
