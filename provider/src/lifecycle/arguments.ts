import type { Json } from "../json";
import { descriptorOf, type Operation } from "../operations/operations";
import {
    type ArgumentRule,
    type ArgumentTable,
    argumentValue,
    failOrSkip,
    flag,
    rule,
    typeName,
    unknownValue,
    type ValuesOf,
} from "./argumentRules";
import { instanceOf, interruptionRule } from "./interruption";
import { triggersProblem } from "./triggers";

/** The properties of a resource as Pulumi hands them over: inputs, or recorded outputs. */
export type Properties = Readonly<Record<string, unknown>>;

/** The arguments that all resources share; each operation's descriptor has its own. */
export const sharedArguments = {
    instanceId: rule<string>({ type: "string", onChange: "replace", byDefault: "", check: instanceIdProblem }),
    region: rule<string>({ type: "string", onChange: "replace", byDefault: "", check: regionProblem }),
    triggers: rule<readonly Json[]>({ type: "list", onChange: "request", byDefault: [], check: triggersProblem }),
    clientToken: rule<string | undefined>({
        type: "string",
        onChange: "request",
        byDefault: undefined,
        check: clientTokenProblem,
    }),
    timeoutSeconds: rule<number>({ type: "integer", onChange: "record", byDefault: 600, check: timeoutProblem }),
    profile: rule<string | undefined>({
        type: "string",
        onChange: "record",
        byDefault: undefined,
        check: profileProblem,
    }),
} satisfies ArgumentTable;

/** The arguments that only one of the operations has. */
export const ownArguments = {
    InterruptLogstashTask: { waitForSuspended: flag(true), whenIdle: failOrSkip() },
    ResumeLogstashTask: {
        interruption: interruptionRule,
        waitForResumed: flag(true),
        // An interruption that is over was ended by somebody else: there is nothing left to do.
        whenNotSuspended: failOrSkip(({ interruption }) =>
            interruption === undefined || interruption === null ? "fail" : "skip",
        ),
    },
} as const satisfies Readonly<Record<Operation, ArgumentTable>>;

/** What a resource was declared with, after `checkArguments` found nothing wrong; in a preview some is unknown. */
export interface Declaration extends ValuesOf<typeof sharedArguments> {
    readonly operation: Operation;
    readonly urn: string;
    /** Whether to look at the instance until it has got there. */
    readonly wait: boolean;
    /** What it means that there is nothing to act on. */
    readonly onNoop: "fail" | "skip";
    /** The suspension that a resume ends, `""` for none; absent if something else says what to request. */
    readonly interruption: string | undefined;
    /** All arguments by name, those of this operation alone included. */
    readonly values: Properties;
}

/** All arguments of a resource. */
export function argumentsOf(operation: Operation): ArgumentTable {
    return { ...sharedArguments, ...ownArguments[operation] };
}

/**
 * Finds what is wrong with the arguments of a resource, without the network. Unknown values are taken to be right:
 * they are checked again when they are known. Each failure names its argument and what is allowed.
 */
export function checkArguments(operation: Operation, inputs: Properties): string[] {
    const rules = argumentsOf(operation);
    const failures: string[] = [];
    const given = Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null);
    for (const [name, value] of given) {
        const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
        const failure =
            rule === undefined
                ? `is not an argument of this resource; its arguments are ${Object.keys(rules).join(", ")}`
                : value === unknownValue
                  ? undefined
                  : rule.check(value);
        if (failure !== undefined) {
            // A problem with a value inside a list begins with its path.
            failures.push(failure.startsWith("[") ? name + failure : `${name}: ${failure}`);
        }
    }
    if (!given.some(([name]) => name === "instanceId")) {
        failures.unshift("instanceId: is required: the ID of a Logstash instance, such as ls-cn-4591f1y6abcd");
    }
    failures.push(...subjectFailures(operation, inputs));
    const { noopArgument, waitArgument, pollsWithoutWaiting } = descriptorOf(operation);
    if (!pollsWithoutWaiting && inputs[noopArgument] === "skip" && inputs[waitArgument] === false) {
        failures.push(
            `${noopArgument}: "skip" cannot be given together with ${waitArgument}: false, because nobody would look ` +
                "whether the instance is idle; leave one of them out",
        );
    }
    return failures;
}

/** What is wrong with the arguments that say what to request, of which one at most is given. */
function subjectFailures(operation: Operation, inputs: Properties): string[] {
    const { subjects, requiresSubject } = descriptorOf(operation);
    const given = subjects.filter((name) =>
        name === "triggers" ? hasTriggers(inputs.triggers) : isGiven(inputs[name]),
    );
    const failures: string[] = [];
    if (given.length > 1) {
        failures.push(
            requiresSubject
                ? `${given.join(" and ")}: only one of ${subjects.join(", ")} can say what to resume; leave the others out`
                : "clientToken: cannot be given together with triggers, because a fixed token would make the request " +
                      "after a changed trigger a replay of the first; leave one of them out",
        );
    }
    if (given.length === 0 && requiresSubject) {
        failures.push(
            "interruption: is not given, and neither are triggers or clientToken: exactly one of the three says what to " +
                "resume. The interruption of an interrupt that was accepted and not polled is not known: resume in the " +
                "console, or by `triggers` for one run; set `waitForSuspended: true` from then on",
        );
    }
    const suspended = subjects.includes("interruption") ? instanceOf(inputs.interruption) : undefined;
    const { instanceId } = inputs;
    if (
        suspended !== undefined &&
        instanceId !== unknownValue &&
        instanceIdProblem(instanceId) === undefined &&
        suspended !== instanceId
    ) {
        failures.push(`interruption: names a suspension of ${suspended}, and this resource resumes ${instanceId}`);
    }
    return failures;
}

function isGiven(value: unknown): boolean {
    return value !== undefined && value !== null;
}

/** Reads the checked arguments of a resource from its inputs or its recorded outputs. */
export function readArguments(operation: Operation, urn: string, properties: Properties): Declaration {
    const values = Object.fromEntries(
        Object.entries(argumentsOf(operation)).map(([name, rule]) => [name, argumentValue(rule, name, properties)]),
    );
    const { waitArgument, noopArgument } = descriptorOf(operation);
    return {
        // `checkArguments` has seen to it that each has the type of its rule.
        ...(values as ValuesOf<typeof sharedArguments>),
        triggers: triggersIn(values.triggers),
        operation,
        urn,
        wait: values[waitArgument] !== false,
        onNoop: values[noopArgument] === "skip" ? "skip" : "fail",
        interruption: typeof values.interruption === "string" ? values.interruption : undefined,
        values,
    };
}

/** The arguments that have a default, by name. */
export function argumentsWithDefault(operation: Operation): ReadonlyArray<readonly [string, ArgumentRule<unknown>]> {
    return Object.entries(argumentsOf(operation)).filter(
        ([, { onChange, byDefault }]) => onChange === "record" && byDefault !== undefined,
    );
}

/** A list that is unknown as a whole is one of unknown things, so that it differs from whatever was recorded. */
function triggersIn(value: unknown): readonly Json[] {
    return Array.isArray(value) ? value : [value as Json];
}

function instanceIdProblem(value: unknown): string | undefined {
    if (typeof value !== "string" || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(value)) {
        return `${typeName(value)} is not the ID of a Logstash instance, such as "ls-cn-4591f1y6abcd"`;
    }
    return value.startsWith("es-")
        ? '"es-…" is an Elasticsearch instance; a Logstash instance has an ID such as "ls-cn-4591f1y6abcd"'
        : undefined;
}

function regionProblem(value: unknown): string | undefined {
    return typeof value === "string" && /^[a-z0-9]+(-[a-z0-9]+)+$/.test(value)
        ? undefined
        : `${typeName(value)} is not a region ID, such as "cn-hangzhou"`;
}

function clientTokenProblem(value: unknown): string | undefined {
    const allowed = "1 to 64 printable ASCII characters";
    if (typeof value !== "string") {
        return `is ${typeName(value)}; allowed are ${allowed}`;
    }
    if (value.length < 1 || value.length > 64) {
        return `has ${value.length} characters; allowed are ${allowed}`;
    }
    return /^[\x20-\x7e]+$/.test(value) ? undefined : `has characters that are not ASCII; allowed are ${allowed}`;
}

/** What is wrong with a time for a whole operation in seconds. */
export function timeoutProblem(value: unknown): string | undefined {
    return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 86_400
        ? undefined
        : `${typeName(value)} is not a whole number of seconds from 1 to 86400`;
}

function profileProblem(value: unknown): string | undefined {
    return typeof value === "string" && value !== ""
        ? undefined
        : `${typeName(value)} is not the name of a CLI profile`;
}

function hasTriggers(value: unknown): boolean {
    return Array.isArray(value) ? value.length > 0 : isGiven(value);
}
