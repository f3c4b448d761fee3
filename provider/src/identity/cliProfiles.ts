import { join } from "node:path";
import { ConfigurationError, parseJson } from "../configuration";
import { isRecord } from "../json";
import { type Attribute, attributes, fieldsThatNeedMode, type Mode, modes } from "./attributes";
import * as messages from "./messages";
import { type Lookup, lookupInSettings, type Settings, scalarText } from "./settings";
import { type NamedProfile, quoted, type ResolvedSetting } from "./sources";

/** The file of the `aliyun` CLI, or another one of its form. */
export interface CliFile {
    /** For messages. */
    readonly name: string;
    /** Whether the CLI itself uses this file. */
    readonly isClis: boolean;
    readonly profiles: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
}

export interface CliProfile extends NamedProfile {
    readonly mode: Mode;
    /** Whether the resource itself names the profile. Then it alone is the identity. */
    readonly isOwn: boolean;
    readonly file: CliFile;
    readonly fields: Readonly<Record<string, unknown>>;
}

/** Looks up each attribute in the configuration, then in the environment, then in the profile. */
export function lookup(settings: Settings, profile?: CliProfile): Lookup {
    const [inSettings, inProfile] = [lookupInSettings(settings), profile && lookupInProfile(profile)];
    return (name) => inSettings(name) ?? inProfile?.(name);
}

export function lookupInProfile(profile: CliProfile): Lookup {
    return (name) => {
        const { profile: row }: Attribute = attributes[name];
        return row?.modes.includes(profile.mode) ? fieldOf(profile, row.field) : undefined;
    };
}

/** A field of a profile that has a value. */
export function fieldOf({ name: profile, fields }: CliProfile, field: string): ResolvedSetting | undefined {
    const value = scalarText(fields[field]);
    // The CLI writes 0 for a number that is not set.
    return value === undefined || value === "0" ? undefined : { value, source: { kind: "profile", profile, field } };
}

export function requiredField(profile: CliProfile, field: string): ResolvedSetting {
    const setting = fieldOf(profile, field);
    if (setting === undefined) {
        throw new ConfigurationError(messages.missingField(profile, field));
    }
    return setting;
}

/** The profile of a resource's calls: its own, or the one that the settings name. One that does not exist is an error. */
export function profileFor(settings: Settings, profileArgument?: string): CliProfile | undefined {
    const wanted = profileArgument === undefined ? lookupInSettings(settings)("profile") : ownProfile(profileArgument);
    return wanted && profileIn(requiredCliFile(settings, wanted), wanted);
}

/** Checks that a resource's own profile exists. A machine without a CLI file can still make a preview. */
export function checkOwnProfile(settings: Settings, profileArgument: string): void {
    const file = readCliFile(settings, lookupInSettings(settings)("credentialsFile"));
    if (file !== undefined) {
        profileIn(file, ownProfile(profileArgument));
    }
}

/** The quoted names in the CLI's own file, for messages; none if the file cannot be read. */
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

export function profileIn(file: CliFile, wanted: ResolvedSetting): CliProfile {
    const fields = file.profiles.find(({ name }) => name === wanted.value);
    if (fields === undefined) {
        throw new ConfigurationError(messages.noSuchProfile(file.name, wanted, quotedNames(file.profiles)));
    }
    const mode = scalarText(fields.mode) ?? modeOfKey(wanted.value, fields);
    if (!isMode(mode)) {
        throw new ConfigurationError(messages.unknownMode(wanted.value, mode));
    }
    const isOwn = wanted.source.kind === "argument";
    return { name: wanted.value, mode, chosenBy: wanted.source, isOwn, file, fields };
}

/** A profile without a mode is an access key, with a token if it has one. */
function modeOfKey(name: string, fields: CliProfile["fields"]): Mode {
    const unclear = fieldsThatNeedMode.find((field) => scalarText(fields[field]) !== undefined);
    if (unclear !== undefined) {
        throw new ConfigurationError(messages.missingMode(name, unclear));
    }
    return scalarText(fields.sts_token) === undefined ? "AK" : "StsToken";
}

function isMode(name: string): name is Mode {
    return Object.hasOwn(modes, name);
}

function ownProfile(profileArgument: string): ResolvedSetting {
    return { value: profileArgument.trim(), source: { kind: "argument", name: "profile" } };
}

function quotedNames(profiles: CliFile["profiles"]): readonly string[] {
    return profiles.slice(0, 20).map(({ name }) => quoted(name));
}

function requiredCliFile(settings: Settings, wanted: ResolvedSetting): CliFile {
    const path = lookupInSettings(settings)("credentialsFile");
    const file = readCliFile(settings, path);
    if (file === undefined) {
        throw new ConfigurationError(messages.noCliFile(path, wanted));
    }
    return file;
}

function readCliFile(settings: Settings, path: ResolvedSetting | undefined): CliFile | undefined {
    const clisPath = join(settings.homeDirectory, ".aliyun", "config.json");
    const fullPath = path?.value.replace(/^~(?=\/|\\|$)/, () => settings.homeDirectory) ?? clisPath;
    const name = messages.nameOfCliFile(path);
    const content = settings.readFile(fullPath);
    switch (content.kind) {
        case "absent":
            return undefined;
        case "unreadable":
            throw new ConfigurationError(messages.unreadableCliFile(name, content.code));
        case "text":
            return { name, isClis: fullPath === clisPath, profiles: parseProfiles(name, content.text) };
    }
}

function parseProfiles(file: string, text: string): CliFile["profiles"] {
    const content = parseJson(text);
    if (content === undefined) {
        throw new ConfigurationError(messages.cliFileIsNoJson(file));
    }
    const profiles: unknown = isRecord(content) ? (content.profiles ?? []) : undefined;
    if (!Array.isArray(profiles) || !profiles.every(isRecord)) {
        throw new ConfigurationError(messages.cliFileWithoutProfiles(file));
    }
    return profiles.map((profile) => ({ ...profile, name: scalarText(profile.name) ?? "" }));
}
