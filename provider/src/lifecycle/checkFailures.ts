// The sentences with which resources are refused before anything is sent. Those about triggers are in triggers.ts. A
// sentence about one argument follows its name and a colon. None shows a value, which may be a secret of the program.

import { typeName } from "../json";
import { descriptorOf, type Operation } from "../operations/operations";
import { instanceOf } from "./token";
import { unknownValue } from "./triggers";

type Inputs = Readonly<Record<string, unknown>>;

export const missingInstanceFailure =
    "instanceId: is required: the ID of a Logstash instance, such as ls-cn-4591f1y6abcd";

export function unknownArgumentFailure(name: string, known: readonly string[]): string {
    return `${name}: is not an argument of this resource; its arguments are ${known.join(", ")}`;
}

export function instanceIdFailure(value: unknown): string | undefined {
    if (typeof value !== "string" || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(value)) {
        return `${typeName(value)} is not the ID of a Logstash instance, such as "ls-cn-4591f1y6abcd"`;
    }
    return value.startsWith("es-")
        ? '"es-…" is an Elasticsearch instance; a Logstash instance has an ID such as "ls-cn-4591f1y6abcd"'
        : undefined;
}

export function regionFailure(value: unknown): string | undefined {
    return typeof value === "string" && /^[a-z0-9]+(-[a-z0-9]+)+$/.test(value)
        ? undefined
        : `${typeName(value)} is not a region ID, such as "cn-hangzhou"`;
}

export function missingRegionFailure(howToSet: string): string {
    return `region: is not set; give it as ${howToSet}`;
}

export function clientTokenFailure(value: unknown): string | undefined {
    if (typeof value !== "string") {
        return `is ${typeName(value)}; allowed are 1 to 64 printable ASCII characters`;
    }
    if (value.length < 1 || value.length > 64) {
        return `has ${value.length} characters; allowed are 1 to 64 printable ASCII characters`;
    }
    return /^[\x20-\x7e]+$/.test(value)
        ? undefined
        : "has characters that are not ASCII; allowed are 1 to 64 printable ASCII characters";
}

export const secretTokenFailure =
    "is a secret, but a token is sent and recorded in plain text: give one that is not a secret, or none";

export function timeoutFailure(value: unknown): string | undefined {
    return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 86_400
        ? undefined
        : `${typeName(value)} is not a whole number of seconds from 1 to 86400`;
}

export function profileFailure(value: unknown): string | undefined {
    return typeof value === "string" && value !== ""
        ? undefined
        : `${typeName(value)} is not the name of a CLI profile`;
}

export function flagFailure(value: unknown): string | undefined {
    return typeof value === "boolean" ? undefined : `${typeName(value)} is not true or false`;
}

export function failOrSkipFailure(value: unknown): string | undefined {
    return value === "fail" || value === "skip" ? undefined : `${typeName(value)} is not "fail" or "skip"`;
}

export function interruptionFailure(value: unknown): string | undefined {
    return value === "" || instanceOf(value) !== undefined
        ? undefined
        : `${typeName(value)} is not the \`interruption\` of a LogstashTaskInterrupt: pass that output, such as \`pause.interruption\``;
}

/** Why arguments cannot be given together, or which one is missing. */
export function combinationFailures(operation: Operation, inputs: Inputs): readonly string[] {
    const { subjects, requiresSubject, noopArgument, waitArgument, pollsAfterRejection } = descriptorOf(operation);
    const given = subjects.filter((name) => isGiven(inputs[name]) && !isEmptyList(inputs[name]));
    const failures: string[] = [];
    if (given.length > 1 && requiresSubject) {
        failures.push(
            `${given.join(" and ")}: only one of ${subjects.join(", ")} can say what to resume; leave the others out`,
        );
    }
    if (given.length > 1 && !requiresSubject) {
        failures.push(
            "clientToken: cannot be given together with triggers, because a fixed token would make the request " +
                "after a changed trigger a replay of the first; leave one of them out",
        );
    }
    if (given.length === 0 && requiresSubject) {
        failures.push(
            "interruption: is not given, and neither are triggers or clientToken: give exactly one of the three. An interrupt " +
                "that was accepted and not polled has no interruption: resume in the console, or by `triggers` for one run, " +
                "and set `waitForSuspended: true` from then on",
        );
    }
    const suspended = subjects.includes("interruption") ? instanceOf(inputs.interruption) : undefined;
    const { instanceId } = inputs;
    const isComparable = instanceId !== unknownValue && instanceIdFailure(instanceId) === undefined;
    if (suspended !== undefined && isComparable && suspended !== instanceId) {
        failures.push(
            `interruption: names a suspension of ${suspended}, and this resource resumes ${instanceId}: pass the ` +
                `\`interruption\` of an interrupt of ${instanceId}`,
        );
    }
    if (!pollsAfterRejection && inputs[noopArgument] === "skip" && inputs[waitArgument] === false) {
        failures.push(
            `${noopArgument}: "skip" cannot be given together with ${waitArgument}: false, because only a poll shows ` +
                "whether the instance is idle; leave one of them out",
        );
    }
    return failures;
}

export function isGiven(value: unknown): boolean {
    return value !== undefined && value !== null;
}

function isEmptyList(value: unknown): boolean {
    return Array.isArray(value) && value.length === 0;
}

/** Why a resource has no ID to start from, whether it is called by its name or not. */
export function importFailure(what: string): string {
    return (
        `${what} can be neither imported nor read by ID, because the service keeps no record of calls: declare it without ` +
        "an ID, and the deployment makes the call"
    );
}

/** An update that only the engine could ask for, against its own protocol. */
export const replaceFailure = "a change of instanceId or region replaces the resource and never updates it";
