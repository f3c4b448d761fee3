import { join } from "node:path";
import { ConfigurationError } from "../configuration";
import { isRecord, stringField } from "../json";
import { scalarText } from "./block";
import { type CliFile, type CliProfile, fieldOf } from "./cliProfile";
import { finder } from "./finder";
import { isMode, usableModes } from "./mode";
import { type Found, placeText, quoted } from "./place";
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

/** The CLI's current profile in its own file, if it has one that holds anything. */
export function currentProfile(settings: Settings): CliProfile | undefined {
    const file = readCliFile(settings, undefined);
    if (file?.current === undefined) {
        return undefined;
    }
    const profile = profileIn(file, { value: file.current, place: { kind: "current" } });
    // What the CLI leaves behind when it was started once and nothing was typed.
    const untouched =
        profile.mode === "AK" && !fieldOf(profile, "access_key_id") && !fieldOf(profile, "access_key_secret");
    return untouched ? undefined : profile;
}

/** Finds a profile in a file; `wanted` says who asks. */
export function profileIn(file: CliFile, wanted: Found): CliProfile {
    const entry = file.profiles.find(({ name }) => name === wanted.value);
    if (entry === undefined) {
        const names = file.profiles.slice(0, 20).map(({ name }) => quoted(name));
        throw new ConfigurationError(
            `${file.name} has no profile ${quoted(wanted.value)}, which ${placeText(wanted.place)} names; ` +
                `it has ${names.join(", ") || "none"}`,
        );
    }
    const mode = scalarText(entry.mode) ?? "AK";
    if (!isMode(mode)) {
        throw new ConfigurationError(
            `the CLI profile ${quoted(wanted.value)} has the mode ${quoted(mode)}, which is not known here; ` +
                `known are ${usableModes.join(", ")}`,
        );
    }
    return { name: wanted.value, mode, chosenBy: wanted.place, file, fields: entry };
}

function ownProfileNamed(name: string): Found {
    return { value: name.trim(), place: { kind: "argument", name: "profile" } };
}

function profilesFile(settings: Settings, wanted: Found): CliFile {
    const path = finder(settings)("credentialsFile");
    const file = readCliFile(settings, path);
    if (file === undefined) {
        const where = path === undefined ? "`~/.aliyun/config.json`" : `which ${placeText(path.place)} names`;
        throw new ConfigurationError(
            `the file of CLI profiles, ${where}, does not exist; ${placeText(wanted.place)} is to be found in it`,
        );
    }
    return file;
}

function readCliFile(settings: Settings, path: Found | undefined): CliFile | undefined {
    const clisPath = join(settings.homeDirectory, ".aliyun", "config.json");
    const whole = path === undefined ? clisPath : path.value.replace(/^~(?=\/|\\|$)/, () => settings.homeDirectory);
    const name = path === undefined ? "the CLI's file" : `the file that ${placeText(path.place)} names`;
    const content = settings.readFile(whole);
    if (content.kind === "absent") {
        return undefined;
    }
    if (content.kind === "unreadable") {
        throw new ConfigurationError(`${name} cannot be read: ${content.code}`);
    }
    return { name, isClis: whole === clisPath, ...parseCliFile(name, content.text) };
}

function parseCliFile(name: string, text: string): Pick<CliFile, "current" | "profiles"> {
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
    return {
        current: stringField(content, "current")?.trim() || undefined,
        profiles: profiles.map((profile) => ({ ...profile, name: scalarText(profile.name) ?? "" })),
    };
}
