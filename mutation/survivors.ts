/** Changes in one file that no test notices, and why that is so. */
export interface Survivors {
    readonly file: string;
    readonly reason: string;
    readonly changes: readonly Change[];
}

/** The line of the source it is in, without indentation, and what it puts in the place of a part of that line. */
export type Change = readonly [line: string, replacement: string];

/** Those that were looked at and stay. One that is noticed by now is named as such by the report, and must go. */
export const survivors: readonly Survivors[] = [
    {
        file: "provider/src/cloud/connections.ts",
        reason: "A connection on loopback is made at once, so nothing gives it up on its way.",
        changes: [["const agent: object = new HttpProxyAgent(proxy.url, { signal: connectOptions.giveUp });", "{}"]],
    },
    {
        file: "provider/src/cloud/connections.ts",
        reason: "No answer of the service comes near this length, so that byte decides nothing.",
        changes: [["if (received > maxAnswerBytes) {", "received >= maxAnswerBytes"]],
    },
    {
        file: "provider/src/cloud/credentials.ts",
        reason: "A file that cannot be read has a code from Node; the check is for the compiler.",
        changes: [
            [
                'return `the token\'s file, from ${placeText(found.place)}, cannot be read${code === undefined ? "" : `: ${code}`}`;',
                "false",
            ],
            [
                'return `the token\'s file, from ${placeText(found.place)}, cannot be read${code === undefined ? "" : `: ${code}`}`;',
                '"Stryker was here!"',
            ],
        ],
    },
    {
        file: "provider/src/cloud/credentials.ts",
        reason: "No failure that a test's server or proxy can cause has one of these in the middle of its code.",
        changes: [
            [
                "const lasting = /^(ERR_TLS_|ERR_INVALID_|ERR_UNESCAPED_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/;",
                "/(ERR_TLS_|ERR_INVALID_|ERR_UNESCAPED_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/",
            ],
        ],
    },
    {
        file: "provider/src/cloud/credentials.ts",
        reason: "The library fails before it asks for none of these in a way that a test can bring about; the compiler asks for the cases.",
        changes: [
            ['case "accessKey":', '""'],
            ['case "ecsRole":', '""'],
            ['case "instanceRole":', '""'],
        ],
    },
    {
        file: "provider/src/cloud/credentialsExchange.ts",
        reason: "An answer of exactly this length holds no credentials either way.",
        changes: [["if (length > maxAnswerBytes) {", "length >= maxAnswerBytes"]],
    },
    {
        file: "provider/src/cloud/credentialsProvider.ts",
        reason: "A policy or an external ID that is undefined is read by the library as none.",
        changes: [["if (value !== undefined) {", "true"]],
    },
    {
        file: "provider/src/core/announcement.ts",
        reason: "The last case returns undefined, as the end of the function does.",
        changes: [['case "record":', 'case "record":']],
    },
    {
        file: "provider/src/core/announcement.ts",
        reason: "Without the case the function ends and returns undefined all the same.",
        changes: [['case "record":', '""']],
    },
    {
        file: "provider/src/core/configuration.ts",
        reason: "A function without a return returns undefined.",
        changes: [["} catch {", "{}"]],
    },
    {
        file: "provider/src/core/identity/endpoint.ts",
        reason: "Plain http is only ever said by the endpoint or the protocol, so one of them is there.",
        changes: [
            ['const from = by === undefined ? "" : `, as ${placeText(by.place)} says`;', '"Stryker was here!"'],
            ['const from = by === undefined ? "" : `, as ${placeText(by.place)} says`;', "false"],
        ],
    },
    {
        file: "provider/src/core/identity/endpoint.ts",
        reason: "The default host is https, so plain http means that something was found.",
        changes: [['if (scheme !== "https" && found !== undefined) {', "true"]],
    },
    {
        file: "provider/src/core/identity/finder.ts",
        reason: "Splitting a text gives at least one part, so the default is never taken.",
        changes: [['const [block = "", field] = path.split(".");', '"Stryker was here!"']],
    },
    {
        file: "provider/src/core/identity/finder.ts",
        reason: "A text in place of an entry has no field of that name.",
        changes: [
            [
                "const values = (readBlock(settings, block) ?? []).map((entry) => entry[field]).filter((value) => value != null);",
                '["Stryker was here"]',
            ],
        ],
    },
    {
        file: "provider/src/core/identity/identity.ts",
        reason: "An ECS role without a name always has the profile that it comes from.",
        changes: [['return base.profile === undefined ? "the ECS role" : profileText(base.profile);', "false"]],
    },
    {
        file: "provider/src/core/identity/profileIdentity.ts",
        reason: "It would matter to a profile of that name only.",
        changes: [
            [
                "export function identityOfProfile(profile: CliProfile, through: readonly string[] = []): Identity {",
                '["Stryker was here"]',
            ],
        ],
    },
    {
        file: "provider/src/core/identity/profileIdentity.ts",
        reason: "A name that is undefined is read as no name.",
        changes: [
            [
                'return { base: { kind: "ecsRole", profile, ...(name === undefined ? {} : { name }) }, roles: [] };',
                "false",
            ],
        ],
    },
    {
        file: "provider/src/core/identity/profileIdentity.ts",
        reason: "Only the modes that the library carries out get here; the check is for the compiler.",
        changes: [
            ["if (!isCliMode(mode)) {", "{}"],
            ["if (!isCliMode(mode)) {", "false"],
            ["throw new Error(`${mode} is no mode that the library carries out`);", ";"],
            ['return modes[mode].gives === "cli";', "true"],
        ],
    },
    {
        file: "provider/src/core/identity/resolution.ts",
        reason: "A token that is undefined is read as no token.",
        changes: [["...(token === undefined ? {} : { securityToken: token }),", "false"]],
    },
    {
        file: "provider/src/core/identity/resolution.ts",
        reason: "Half of a key is one half that was found.",
        changes: [
            ['const from = found === undefined ? "" : ` from ${placeText(found.place)}`;', '"Stryker was here!"'],
            ['const from = found === undefined ? "" : ` from ${placeText(found.place)}`;', "false"],
        ],
    },
    {
        file: "provider/src/core/identity/role.ts",
        reason: "The default duration is within the bounds.",
        changes: [
            ["if (found !== undefined && (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200)) {", "true"],
        ],
    },
    {
        file: "provider/src/core/json.ts",
        reason: "No two keys of an object are equal.",
        changes: [["const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));", "a <= b"]],
    },
    {
        file: "provider/src/core/request.ts",
        reason: "A doubt beside an acceptance is never asked about: the acceptance is looked at first.",
        changes: [["inDoubt: earlier !== undefined && earlier.acceptance === undefined,", "true"]],
    },
    {
        file: "provider/src/core/request.ts",
        reason: "Tries only tell a failure from anything else, so what the other kind is called does not matter.",
        changes: [['return { kind: "waiting" };', '""']],
    },
    {
        file: "provider/src/core/request.ts",
        reason: "A stop has ended the request before what its call throws is looked at.",
        changes: [["this.means.signal.throwIfAborted();", ";"]],
    },
    {
        file: "provider/src/core/request.ts",
        reason: "Whatever asks for another try has a problem to tell; the check is for the compiler.",
        changes: [["if (this.#problem !== undefined) {", "true"]],
    },
    {
        file: "provider/src/core/token.ts",
        reason: "Node takes an empty encoding for UTF-8.",
        changes: [['return createHash("sha256").update(encoding, "utf8").digest("hex");', '""']],
    },
    {
        file: "provider/src/core/update.ts",
        reason: "The only other argument that asks for a request differs only where it is given.",
        changes: [
            [
                'return name === "triggers" ? declared.triggers.length > 0 : declared.values[name] !== undefined;',
                "true",
            ],
        ],
    },
    {
        file: "provider/src/host/engineLog.ts",
        reason: "The expression reads undefined as a word without a port, which is no address either; the check is for the compiler.",
        changes: [["if (address === undefined || !/^[\\w.[\\]:-]+:\\d+$/.test(address)) {", "false"]],
    },
    {
        file: "provider/src/host/lifecycle.ts",
        reason: "An acceptance that is undefined is read as no acceptance.",
        changes: [["const earlier = acceptance === undefined ? {} : { acceptance };", "false"]],
    },
    {
        file: "provider/src/host/lostEngine.ts",
        reason: "It keeps Node.js 22 from warning of a leak; with Node.js 24, which the tests run with, a signal has no limit of its own.",
        changes: [["setMaxListeners(0, controller.signal);", ";"]],
    },
    {
        file: "provider/src/host/lostEngine.ts",
        reason: "A function without a return returns undefined, which is no pipe either.",
        changes: [["} catch {", "{}"]],
    },
    {
        file: "provider/src/host/plugin/server.ts",
        reason: "It keeps Node.js 22 from warning of a leak; with Node.js 24, which the tests run with, a signal has no limit of its own.",
        changes: [["setMaxListeners(0, stopped);", ";"]],
    },
    {
        file: "provider/src/host/services.ts",
        reason: "A function without a return returns undefined.",
        changes: [["} catch {", "{}"]],
    },
    {
        file: "provider/src/resources/triggers.ts",
        reason: "Without the case the function ends and returns undefined all the same.",
        changes: [['case "undefined":', '""']],
    },
];
