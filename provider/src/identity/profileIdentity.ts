import { ConfigurationError } from "../configuration";
import { type CliProfile, fieldOf } from "./cliProfile";
import { finderIn } from "./finder";
import type { Base, Identity } from "./identity";
import { profileText } from "./identity";
import { type CliMode, type Mode, modes, usableModes } from "./mode";
import { describeSource } from "./place";
import { chainedRole, needed, oidcRoleOf, roleOf } from "./role";

/** The identity of a profile taken alone: nothing of it is completed from elsewhere. */
export function identityOfProfile(profile: CliProfile, through: readonly string[] = []): Identity {
    if (through.includes(profile.name)) {
        throw new ConfigurationError(`${profileText(profile)}, is its own \`source_profile\``);
    }
    const { gives, needs } = modes[profile.mode];
    if (gives === "nothing") {
        throw new ConfigurationError(
            `${profileText(profile)}, cannot be used here; usable are the modes ${usableModes.join(", ")}`,
        );
    }
    for (const field of needs) {
        needed(profile, field);
    }
    switch (gives) {
        case "accessKey":
            return { base: keyOf(profile), roles: roleOf(profile) };
        case "ecsRole": {
            const name = fieldOf(profile, "ram_role_name");
            return { base: { kind: "ecsRole", ...(name === undefined ? { profile } : { name }) }, roles: [] };
        }
        case "oidc":
            return { base: { kind: "oidc", ...oidcRoleOf(profile) }, roles: [] };
        case "chainedRole":
            return chainedRole(profile, (source) => identityOfProfile(source, [...through, profile.name]));
        case "cli":
            return { base: cliProfile(profile), roles: [] };
    }
}

function keyOf(profile: CliProfile): Base {
    const token = finderIn(profile)("securityToken");
    return {
        kind: "accessKey",
        accessKeyId: needed(profile, "access_key_id"),
        accessKeySecret: needed(profile, "access_key_secret"),
        ...(token === undefined ? {} : { securityToken: token }),
    };
}

function cliProfile(profile: CliProfile): Base {
    const { mode, file } = profile;
    if (!isCliMode(mode)) {
        throw new Error(`${mode} is no mode that the library carries out`);
    }
    if (mode === "OAuth" && !file.isClis) {
        // The library saves the renewed sign-in there and nowhere else; without it the CLI would be signed out.
        throw new ConfigurationError(
            `${profileText(profile)}, must be in ~/.aliyun/config.json, where its sign-in is renewed`,
        );
    }
    if (mode === "OAuth" && !/^(CN|INTL)$/i.test(needed(profile, "oauth_site_type").value)) {
        const { source } = needed(profile, "oauth_site_type");
        throw new ConfigurationError(`${describeSource(source)} is neither "CN" nor "INTL"`);
    }
    return { kind: "cliProfile", mode, profile };
}

function isCliMode(mode: Mode): mode is CliMode {
    return modes[mode].gives === "cli";
}
