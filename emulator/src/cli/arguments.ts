import { parseArgs } from "node:util";
import type { InstanceOptions } from "../cloud/instance";

/** What the command line asks for. */
export type Arguments = { readonly kind: "help" } | ({ readonly kind: "run" } & RunArguments);

/** What to run. */
export interface RunArguments {
    readonly port: number;
    /** The region of requests that name none. */
    readonly region: string;
    /** At least one, each with its region and status. */
    readonly instances: readonly [NamedInstance, ...NamedInstance[]];
}

/** An instance with all that an option can say of it. */
export type NamedInstance = InstanceOptions & Required<Pick<InstanceOptions, "region" | "status">>;

/** A command line that cannot be understood; the message is one line for the person who wrote it. */
export class UsageError extends Error {}

/** How the command is used. */
export const usage = `Usage: pulumi-alicloud-logstash-emulator [options]

A stand-in for Alibaba Cloud's Logstash API on this machine, for "pulumi up" without an account.

  --port <number>                      port to listen on (default 8017; 0 takes any free one)
  --instance <id[:status][@region]>    an instance, activating unless said otherwise; repeatable, in any number of
                                       regions (default ls-cn-4591f1y6abcd)
  --interrupt-seconds <number>         how long an interrupt takes to suspend an instance (default 3)
  --region <region>                    the region of instances and requests that name none (default cn-hangzhou)
  --help                               print this text
`;

const options = {
    port: { type: "string", default: "8017" },
    instance: { type: "string", multiple: true },
    "interrupt-seconds": { type: "string", default: "3" },
    region: { type: "string", default: "cn-hangzhou" },
    help: { type: "boolean", default: false },
} as const;

interface OptionToken {
    readonly name: string;
    /** As it was written. */
    readonly rawName: string;
    readonly value: string | undefined;
    /** Whether the value was written behind "=". */
    readonly inlineValue: boolean | undefined;
}

const names = Object.keys(options).map((name) => `--${name}`);

/** Reads the words behind the command's name; throws `UsageError`. */
export function readArguments(words: readonly string[]): Arguments {
    check(words);
    const { values } = parseArgs({ args: [...words], options });
    const { port, instance = [], region, help } = values;
    if (help) {
        return { kind: "help" };
    }
    if (!/^[a-z0-9-]+$/.test(region)) {
        throw new UsageError(`--region is "${region}"; it must be the ID of a region: cn-hangzhou.`);
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

// Node.js explains a wrong command line in several sentences, with advice that doesn't fit.
function check(words: readonly string[]): void {
    const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
    for (const token of tokens) {
        switch (token.kind) {
            case "positional":
                throw new UsageError(`"${token.value}" is no option; there are ${names.join(", ")}.`);
            case "option-terminator":
                throw new UsageError(`"--" is no option; there are ${names.join(", ")}.`);
            case "option":
                checkOption(token);
        }
    }
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken): void {
    if (!isName(name) || rawName !== `--${name}`) {
        throw new UsageError(`${rawName} is no option; there are ${names.join(", ")}.`);
    }
    switch (options[name].type) {
        case "string":
            if (!value || (value.startsWith("-") && !inlineValue)) {
                throw new UsageError(`--${name} needs a value.`);
            }
            break;
        case "boolean":
            if (value !== undefined) {
                throw new UsageError(`--${name} takes no value.`);
            }
    }
}

function isName(name: string): name is keyof typeof options {
    return Object.hasOwn(options, name);
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
            `--instance is "${text}"; it must be an ID, with a status and a region if you like: ${example}.`,
        );
    }
    const { id, status = "activating", region = defaultRegion } = parts;
    return { instanceId: id, region, status };
}
