import { parseArgs } from "node:util";
import { ConfigurationError } from "../provider/src/configuration";
import { CredentialsUnavailable } from "../provider/src/credentials/credentials";
import { Access, configurationIn } from "./access";
import { findingsOfEmulator } from "./emulated";
import { differing, type Findings, findingsOf, list, report } from "./findings";
import { Visit, wordOf } from "./visit";

/** How the command is used. */
const usage = `Usage: npm run contract -- [options]

Holds what is taken for granted about the service against an emulator or, with --instance, against the service itself.

  --instance <id>            this Logstash instance, and never another; it is only looked at
  --region <region>          its region; else as the provider finds one
  --profile <name>           a profile of the aliyun CLI; else credentials as the provider finds them
  --stack-config <file>      the configuration of a stack, from "pulumi config --json --show-secrets"
  --disruptive               interrupts the instance's change and resumes it, after a question that only a terminal answers
  --denied-profile <name>    a profile of the same account that may not interrupt: who is refused first?
  --token-age <minutes>      how old a client token is when it is asked for again (default 0)
  --wait <minutes>           how long to wait for the interrupt to take hold (default 10)
  --list                     print what is taken for granted, who says so, and which lines rest on it
  --help                     print this text
`;

/** Where a run talks to a person. */
export interface Terminal {
    /** Whether a person can answer. */
    readonly isInteractive: boolean;
    say(text: string): void;
    ask(question: string): Promise<string>;
}

/** What a run depends on besides its words. */
export interface Surroundings {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly terminal: Terminal;
    readonly sleep: (ms: number) => Promise<void>;
    readonly now: () => number;
    /** Another text for each run. */
    readonly newId: () => string;
}

/** Exit codes. */
const codes = { asAssumed: 0, differs: 1, notRun: 2 } as const;

/** A run that ends before it has begun; the message is for the person who started it. */
class Refused extends Error {}

/** Runs the command and returns its exit code. */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<number> {
    const { say } = surroundings.terminal;
    try {
        const values = read(words);
        if (values.help) {
            say(usage);
            return codes.asAssumed;
        }
        if (values.list) {
            say(list());
            return codes.asAssumed;
        }
        const findings =
            values.instance === undefined
                ? await findingsOfEmulator()
                : await findingsOfService({ ...values, instance: values.instance }, surroundings);
        say(report(findings));
        return differing(findings).length === 0 ? codes.asAssumed : codes.differs;
    } catch (error) {
        if (
            error instanceof Refused ||
            error instanceof ConfigurationError ||
            error instanceof CredentialsUnavailable
        ) {
            say(error.message);
            return codes.notRun;
        }
        throw error;
    }
}

const options = {
    instance: { type: "string" },
    region: { type: "string" },
    profile: { type: "string" },
    "stack-config": { type: "string" },
    disruptive: { type: "boolean", default: false },
    "denied-profile": { type: "string" },
    "token-age": { type: "string", default: "0" },
    wait: { type: "string", default: "10" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof read>;

function read(words: readonly string[]) {
    try {
        return parseArgs({ args: [...words], options }).values;
    } catch (error) {
        throw new Refused(`${error instanceof Error ? error.message : String(error)}. See --help.`);
    }
}

async function findingsOfService(
    values: Values & { readonly instance: string },
    { env, terminal, sleep, now, newId }: Surroundings,
): Promise<Findings> {
    const { instance: instanceId, region, profile, disruptive } = values;
    if (!/^ls-[A-Za-z0-9-]{1,120}$/.test(instanceId)) {
        throw new Refused("--instance must be the ID of a Logstash instance: ls-….");
    }
    const config = values["stack-config"] === undefined ? () => undefined : configurationIn(values["stack-config"]);
    const access = new Access({ config, env }, { region, profile });
    const deniedProfile = values["denied-profile"];
    const visit = new Visit({
        instanceId,
        access,
        denied:
            deniedProfile === undefined
                ? undefined
                : new Access({ config, env }, { region: access.region, profile: deniedProfile }),
        disruptive,
        id: newId(),
        waitMs: minutes("wait", values.wait),
        tokenAgeMs: minutes("token-age", values["token-age"]),
        sleep,
        now,
    });
    const reply = await visit.look();
    const { identity, endpoint } = await access.description();
    terminal.say(`instance   ${instanceId}, in ${access.region}
endpoint   ${endpoint}
signed as  ${identity}
status     ${visit.status ?? `not seen (${wordOf(reply)})`}
`);
    if (!disruptive) {
        return findingsOf(visit);
    }
    if (visit.status === undefined) {
        throw new Refused("Refused: --disruptive needs an instance that can be looked at. Nothing was changed.");
    }
    await consent(instanceId, terminal);
    try {
        return await findingsOf(visit);
    } finally {
        terminal.say(`The instance was last seen as ${visit.status ?? "none that could be seen"}.\n`);
    }
}

/** Nothing but the ID typed on a terminal lets a disruptive run go on. */
async function consent(instanceId: string, { isInteractive, say, ask }: Terminal): Promise<void> {
    say(`This run interrupts the change of this instance if one runs, and resumes the change if it is suspended, whoever has
suspended it. A resume runs the change again and RESTARTS EVERY NODE; what flows through the instance may be delayed or
lost meanwhile. A run that is stopped half-way leaves the instance suspended.
`);
    if (!isInteractive) {
        throw new Refused(
            "Refused: --disruptive needs a terminal, on which the ID of the instance is typed. Nothing was changed.",
        );
    }
    if ((await ask("Type the ID of the instance to go on: ")).trim() !== instanceId) {
        throw new Refused("Refused: that is not the ID of this instance. Nothing was changed.");
    }
}

function minutes(name: string, text: string): number {
    if (!/^\d{1,4}$/.test(text)) {
        throw new Refused(`--${name} must be a whole number of minutes.`);
    }
    return Number(text) * 60_000;
}
