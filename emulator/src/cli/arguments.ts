import { parseArgs } from "node:util";
import type { InstanceOptions } from "../cloud/instance";

/** The parsed command line. */
export type Arguments = { readonly kind: "help" } | ({ readonly kind: "run" } & RunArguments);

/** The arguments of a run. */
export interface RunArguments {
    readonly port: number;
    /** The region of requests that name none. */
    readonly region: string;
    /** At least one instance. */
    readonly instances: readonly [NamedInstance, ...NamedInstance[]];
}

/** An instance whose region and status are known. */
export type NamedInstance = InstanceOptions & Required<Pick<InstanceOptions, "region" | "status">>;

/** The command line is invalid. The message is one line for its author. */
export class UsageError extends Error {}

/** The text of --help. */
export const usage = `Usage: pulumi-alicloud-logstash-emulator [options]

Runs an emulator of Alibaba Cloud's Logstash API on this machine, so that "pulumi up" needs no account.

It prints the settings for a stack, then one line for each request, until Ctrl-C. Open its address in a browser to watch
instances, requests and effects, to start a change, and to step an instance to its next status.

Options:
  --port <number>                     The port to listen on, on 127.0.0.1; 0 picks a free one. Default: 8017.
  --instance <id[:status][@region]>   An instance. Repeat the option for more. Default: ls-cn-4591f1y6abcd.
                                      The status is activating (a change is running) by default, or active, suspended,
                                      inactive, invalid, or any other text. The region is that of --region by default.
  --interrupt-seconds <number>        The time from an interrupt to suspended. Default: 3.
  --region <region>                   The region of instances and requests that name none. Default: cn-hangzhou.
  --help                              Print this text.

Examples:
  pulumi-alicloud-logstash-emulator
  pulumi-alicloud-logstash-emulator --port 0 --instance ls-cn-a:active --instance ls-cn-b:suspended@cn-beijing
`;

const options = {
    port: { type: "string", default: "8017" },
    instance: { type: "string", multiple: true },
    "interrupt-seconds": { type: "string", default: "3" },
    region: { type: "string", default: "cn-hangzhou" },
    help: { type: "boolean", default: false },
} as const;

const names = Object.keys(options).map((name) => `--${name}`);

/** Parses the command line, without the command's name; throws `UsageError`. */
export function readArguments(words: readonly string[]): Arguments {
    check(words);
    const { values } = parseArgs({ args: [...words], options });
    const { port, instance = [], region, help } = values;
    if (help) {
        return { kind: "help" };
    }
    if (!/^[a-z0-9-]+$/.test(region)) {
        throw new UsageError(`--region is "${region}"; it must be the ID of a region, such as cn-hangzhou.`);
    }
    const [first = "ls-cn-4591f1y6abcd", ...others] = instance;
    const interruptMs = readSeconds(values["interrupt-seconds"]) * 1_000;
    const read = (text: string) => ({ ...readInstance(text, region), interruptMs });
    const instances = [read(first), ...others.map(read)] as const;
    const places = instances.map((it) => `${it.instanceId} in ${it.region}`);
    const twice = places.find((place, index) => places.indexOf(place) !== index);
    if (twice !== undefined) {
        throw new UsageError(`--instance names ${twice} twice.`);
    }
    return { kind: "run", port: readPort(port), region, instances };
}

// The errors of `parseArgs` are several sentences, with advice about positional arguments that the command does not take.
function check(words: readonly string[]): void {
    const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
    for (const token of tokens) {
        if (token.kind !== "option") {
            const text = token.kind === "positional" ? token.value : "--";
            throw new UsageError(`"${text}" is not an option. The options are ${names.join(", ")}.`);
        }
        const { name, rawName, value, inlineValue } = token;
        if (!names.includes(rawName)) {
            throw new UsageError(`${rawName} is not an option. The options are ${names.join(", ")}.`);
        }
        if (name === "help" && value !== undefined) {
            throw new UsageError("--help takes no value.");
        }
        if (name !== "help" && (!value || (value.startsWith("-") && !inlineValue))) {
            throw new UsageError(`${rawName} needs a value.`);
        }
    }
}

function readPort(text: string): number {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
        throw new UsageError(`--port is "${text}"; it must be a number from 0 to 65535.`);
    }
    return Number(text);
}

function readSeconds(text: string): number {
    if (!/^\d{1,5}$/.test(text)) {
        throw new UsageError(`--interrupt-seconds is "${text}"; it must be a whole number of seconds.`);
    }
    return Number(text);
}

function readInstance(text: string, defaultRegion: string): NamedInstance {
    const parts = /^(?<id>[\w-]+)(?::(?<status>[a-z_-]+))?(?:@(?<region>[a-z0-9-]+))?$/.exec(text)?.groups;
    if (parts?.id === undefined) {
        const example = "ls-cn-4591f1y6abcd:active@cn-beijing";
        throw new UsageError(
            `--instance is "${text}"; it must be an ID, optionally with a status and a region, such as ${example}.`,
        );
    }
    const { id, status = "activating", region = defaultRegion } = parts;
    return { instanceId: id, region, status };
}
