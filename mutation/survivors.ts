/** A change that no test notices, and why that is so. */
export interface Survivor {
    readonly file: string;
    /** The line of the source it is in, without indentation. */
    readonly line: string;
    /** What it puts in the place of a part of that line. */
    readonly replacement: string;
    readonly reason: string;
}

/** Those that were looked at and stay. One that is noticed by now is named as such by the report, and must go. */
export const survivors: readonly Survivor[] = [
    {
        file: "provider/src/core/announcement.ts",
        line: 'case "record":',
        replacement: 'case "record":',
        reason: "The last case returns undefined, as the end of the function does.",
    },
    {
        file: "provider/src/core/announcement.ts",
        line: 'case "record":',
        replacement: '""',
        reason: "Without the case the function ends and returns undefined all the same.",
    },
    {
        file: "provider/src/core/request.ts",
        line: "inDoubt: earlier !== undefined && earlier.acceptance === undefined,",
        replacement: "true",
        reason: "A doubt beside an acceptance is never asked about: the acceptance is looked at first.",
    },
    {
        file: "provider/src/core/request.ts",
        line: 'return { kind: "waiting" };',
        replacement: '""',
        reason: "Tries only tell a failure from anything else, so what the other kind is called does not matter.",
    },
    {
        file: "provider/src/core/request.ts",
        line: "this.means.signal.throwIfAborted();",
        replacement: ";",
        reason: "A stop has ended the request before what its call throws is looked at.",
    },
    {
        file: "provider/src/core/configuration.ts",
        line: "} catch {",
        replacement: "{}",
        reason: "A function without a return returns undefined.",
    },
    {
        file: "provider/src/core/json.ts",
        line: "const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));",
        replacement: "a <= b",
        reason: "No two keys of an object are equal.",
    },
    {
        file: "provider/src/core/update.ts",
        line: 'return name === "triggers" ? declared.triggers.length > 0 : declared.values[name] !== undefined;',
        replacement: "true",
        reason: "The only other argument that asks for a request differs only where it is given.",
    },
    {
        file: "provider/src/core/token.ts",
        line: 'return createHash("sha256").update(encoding, "utf8").digest("hex");',
        replacement: '""',
        reason: "Node takes an empty encoding for UTF-8.",
    },
    {
        file: "provider/src/core/identity/endpoint.ts",
        line: 'const from = by === undefined ? "" : `, as ${placeText(by.place)} says`;',
        replacement: '"Stryker was here!"',
        reason: "Plain http is only ever said by the endpoint or the protocol, so one of them is there.",
    },
    {
        file: "provider/src/core/identity/endpoint.ts",
        line: 'const from = by === undefined ? "" : `, as ${placeText(by.place)} says`;',
        replacement: "false",
        reason: "Plain http is only ever said by the endpoint or the protocol, so one of them is there.",
    },
    {
        file: "provider/src/core/identity/endpoint.ts",
        line: 'if (scheme !== "https" && found !== undefined) {',
        replacement: "true",
        reason: "The default host is https, so plain http means that something was found.",
    },
    {
        file: "provider/src/core/identity/finder.ts",
        line: 'const [block = "", field] = path.split(".");',
        replacement: '"Stryker was here!"',
        reason: "Splitting a text gives at least one part, so the default is never taken.",
    },
    {
        file: "provider/src/core/identity/finder.ts",
        line: "const values = (readBlock(settings, block) ?? []).map((entry) => entry[field]).filter((value) => value != null);",
        replacement: '["Stryker was here"]',
        reason: "A text in place of an entry has no field of that name.",
    },
    {
        file: "provider/src/core/identity/identity.ts",
        line: 'return base.profile === undefined ? "the ECS role" : profileText(base.profile);',
        replacement: "false",
        reason: "An ECS role without a name always has the profile that it comes from.",
    },
    {
        file: "provider/src/core/identity/profileIdentity.ts",
        line: "export function identityOfProfile(profile: CliProfile, through: readonly string[] = []): Identity {",
        replacement: '["Stryker was here"]',
        reason: "It would matter to a profile of that name only.",
    },
    {
        file: "provider/src/core/identity/profileIdentity.ts",
        line: 'return { base: { kind: "ecsRole", profile, ...(name === undefined ? {} : { name }) }, roles: [] };',
        replacement: "false",
        reason: "A name that is undefined is read as no name.",
    },
    {
        file: "provider/src/core/identity/profileIdentity.ts",
        line: "if (!isCliMode(mode)) {",
        replacement: "{}",
        reason: "Only the modes that the library carries out get here; the check is for the compiler.",
    },
    {
        file: "provider/src/core/identity/profileIdentity.ts",
        line: "if (!isCliMode(mode)) {",
        replacement: "false",
        reason: "Only the modes that the library carries out get here; the check is for the compiler.",
    },
    {
        file: "provider/src/core/identity/profileIdentity.ts",
        line: "throw new Error(`${mode} is no mode that the library carries out`);",
        replacement: ";",
        reason: "Only the modes that the library carries out get here; the check is for the compiler.",
    },
    {
        file: "provider/src/core/identity/profileIdentity.ts",
        line: 'return modes[mode].gives === "cli";',
        replacement: "true",
        reason: "Only the modes that the library carries out get here; the check is for the compiler.",
    },
    {
        file: "provider/src/core/identity/resolution.ts",
        line: "...(token === undefined ? {} : { securityToken: token }),",
        replacement: "false",
        reason: "A token that is undefined is read as no token.",
    },
    {
        file: "provider/src/core/identity/resolution.ts",
        line: 'const from = found === undefined ? "" : ` from ${placeText(found.place)}`;',
        replacement: '"Stryker was here!"',
        reason: "Half of a key is one half that was found.",
    },
    {
        file: "provider/src/core/identity/resolution.ts",
        line: 'const from = found === undefined ? "" : ` from ${placeText(found.place)}`;',
        replacement: "false",
        reason: "Half of a key is one half that was found.",
    },
    {
        file: "provider/src/core/identity/role.ts",
        line: "if (found !== undefined && (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200)) {",
        replacement: "true",
        reason: "The default duration is within the bounds.",
    },
];
