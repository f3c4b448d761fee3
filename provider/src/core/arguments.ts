import type { Json } from "./json";
import { isRecord } from "./json";
import { type Operation, operations } from "./operation";

/** What a resource was declared with, after `checkArguments` found nothing wrong. */
export interface Arguments {
    readonly instanceId: string;
    readonly region: string;
    readonly triggers: readonly Json[];
    /** Only when the program gives one. */
    readonly clientToken?: string;
    /** Whether to look at the instance. */
    readonly look: boolean;
    /** What to do where there is nothing to act on. */
    readonly whenIdle: "fail" | "skip";
    readonly timeoutSeconds: number;
    /** A profile of the `aliyun` CLI. */
    readonly profile?: string;
    /** The resource's URN, which the constructor adds. */
    readonly resourceUrn: string;
}

/** A value that is not known during a preview arrives as this string. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Rule = (value: unknown) => string | undefined;

interface ArgumentRule {
    /** What is wrong with a value, and what is allowed. */
    readonly check: Rule;
    /** What it is when it is left out; a record of an earlier release, which lacks it, was made with the same. */
    readonly byDefault?: boolean | string | number;
}

const common: Readonly<Record<string, ArgumentRule>> = {
    instanceId: { check: instanceIdRule },
    region: {
        check: (value) =>
            typeof value === "string" && /^[a-z0-9]+(-[a-z0-9]+)+$/.test(value)
                ? undefined
                : `${shown(value)} is not a region ID, such as "cn-hangzhou"`,
    },
    triggers: { check: (value) => (Array.isArray(value) ? undefined : `is ${typeName(value)}; allowed is a list`) },
    clientToken: { check: clientTokenRule },
    timeoutSeconds: {
        check: (value) =>
            Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 86_400
                ? undefined
                : `${shown(value)} is not a whole number of seconds from 1 to 86400`,
        byDefault: 600,
    },
    profile: {
        check: (value) =>
            typeof value === "string" && value !== "" ? undefined : `${shown(value)} is not the name of a CLI profile`,
    },
};

const failOrSkip: ArgumentRule = {
    check: (value) =>
        value === "fail" || value === "skip" ? undefined : `${shown(value)} is neither "fail" nor "skip"`,
    byDefault: "fail",
};

const argumentsOf: Readonly<Record<Operation, Readonly<Record<string, ArgumentRule>>>> = {
    InterruptLogstashTask: {
        ...common,
        waitForSuspended: {
            check: (value) => (typeof value === "boolean" ? undefined : `${shown(value)} is neither true nor false`),
            byDefault: true,
        },
        whenIdle: failOrSkip,
    },
    ResumeLogstashTask: { ...common, whenNotSuspended: failOrSkip },
};

/** The inputs that constructors add: the URN the resource will have, and the pointer. */
const internal = ["resourceUrn", "__provider"];

/**
 * Finds what is wrong with the arguments of a resource, without the network. Unknown values are taken to be right:
 * they are checked again when they are known. Each failure names its argument, the value and what is allowed.
 */
export function checkArguments(operation: Operation, values: Readonly<Record<string, unknown>>): string[] {
    const rules = argumentsOf[operation];
    const failures: string[] = [];
    const given = Object.entries(values).filter(
        ([name, value]) => !internal.includes(name) && value !== undefined && value !== null,
    );
    for (const [name, value] of given) {
        const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
        const failure =
            rule === undefined ? notAnArgument(rules) : value === unknownValue ? undefined : rule.check(value);
        if (failure !== undefined) {
            failures.push(`${name}: ${failure}`);
        }
    }
    if (!given.some(([name]) => name === "instanceId")) {
        failures.unshift("instanceId: is required: the ID of a Logstash instance, such as ls-cn-4591f1y6abcd");
    }
    if (given.some(([name]) => name === "clientToken") && hasTriggers(values.triggers)) {
        failures.push(
            "clientToken: cannot be given together with triggers, because a fixed token would make " +
                "the request after a changed trigger a replay of the first; leave one of them out",
        );
    }
    if (values.whenIdle === "skip" && values.waitForSuspended === false) {
        failures.push(
            'whenIdle: "skip" cannot be given together with waitForSuspended: false, because nobody would look ' +
                "whether the instance is idle; leave one of them out",
        );
    }
    return failures;
}

/** Reads the checked arguments of a resource from its inputs or its recorded outputs. */
export function readArguments(operation: Operation, values: Readonly<Record<string, unknown>>): Arguments {
    const { instanceId, region, triggers, clientToken, profile, resourceUrn } = values;
    const settings = resolvedSettings(operation, values);
    return {
        instanceId: String(instanceId),
        region: String(region),
        triggers: Array.isArray(triggers) ? triggers : [],
        ...(typeof clientToken === "string" ? { clientToken } : {}),
        look: settings.waitForSuspended !== false,
        whenIdle: settings[operations[operation].idleArgument] === "skip" ? "skip" : "fail",
        timeoutSeconds: Number(settings.timeoutSeconds),
        ...(typeof profile === "string" ? { profile } : {}),
        resourceUrn: String(resourceUrn),
    };
}

/** The arguments that send nothing when they change, each as given or by default. */
export function resolvedSettings(
    operation: Operation,
    values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
    const settings = Object.entries(argumentsOf[operation]).filter(([, rule]) => rule.byDefault !== undefined);
    return Object.fromEntries(settings.map(([name, rule]) => [name, values[name] ?? rule.byDefault]));
}

function instanceIdRule(value: unknown): string | undefined {
    if (typeof value !== "string" || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(value)) {
        return `${shown(value)} is not the ID of a Logstash instance, such as "ls-cn-4591f1y6abcd"`;
    }
    return value.startsWith("es-")
        ? `"${value}" is an Elasticsearch instance; a Logstash instance has an ID such as "ls-cn-4591f1y6abcd"`
        : undefined;
}

// A token can be a secret of the program: its value is never shown.
function clientTokenRule(value: unknown): string | undefined {
    const allowed = "1 to 64 printable ASCII characters";
    if (typeof value !== "string") {
        return `is ${typeName(value)}; allowed are ${allowed}`;
    }
    if (value.length < 1 || value.length > 64) {
        return `has ${value.length} characters; allowed are ${allowed}`;
    }
    return /^[\x20-\x7e]+$/.test(value) ? undefined : `has characters that are not ASCII; allowed are ${allowed}`;
}

function notAnArgument(rules: Readonly<Record<string, ArgumentRule>>): string {
    return `is not an argument of this resource; its arguments are ${Object.keys(rules).join(", ")}`;
}

function hasTriggers(value: unknown): boolean {
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}

function shown(value: unknown): string {
    if (typeof value === "string") {
        return JSON.stringify(value.slice(0, 80));
    }
    return typeof value === "number" || typeof value === "boolean" ? String(value) : typeName(value);
}

function typeName(value: unknown): string {
    return Array.isArray(value) ? "a list" : isRecord(value) ? "an object" : `a ${typeof value}`;
}
