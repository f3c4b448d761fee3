import { type Json, stringField } from "../json";
import { descriptorOf, type Operation } from "../operations/operations";
import {
    clientTokenFailure,
    combinationFailures,
    failOrSkipFailure,
    flagFailure,
    instanceIdFailure,
    interruptionFailure,
    isGiven,
    missingInstanceFailure,
    profileFailure,
    regionFailure,
    timeoutFailure,
    unknownArgumentFailure,
} from "./checkFailures";
import { triggersFailure, unknownValue } from "./triggers";

/** The properties of a resource as Pulumi hands them over: inputs, or recorded outputs. */
export type Properties = Readonly<Record<string, unknown>>;

/** What changing an argument causes. */
export type OnChange =
    /** Another resource. */
    | "replace"
    /** A new request. Removing the argument requests nothing. */
    | "request"
    /** Nothing is sent; the new value is recorded. */
    | "record";

/** The type of an argument in the plugin's schema. */
export type SchemaType = "string" | "integer" | "boolean" | "list";

/** One argument of a resource. Its documentation is beside the class of the resource. */
export interface ArgumentRule {
    readonly type: SchemaType;
    readonly onChange: OnChange;
    /** The value of an argument that is not given. */
    readonly default?: Json;
    /** That of a resource with an `interruption`, if it is another. */
    readonly defaultWithInterruption?: Json;
    /** Why a value is not allowed, and what is; never the value, which may be a secret. */
    readonly validate: (value: unknown) => string | undefined;
}

/** The arguments of a resource, by name. */
export type ArgumentTable = Readonly<Record<string, ArgumentRule>>;

/** The arguments that all resources share. */
const sharedArguments: ArgumentTable = {
    instanceId: { type: "string", onChange: "replace", validate: instanceIdFailure },
    region: { type: "string", onChange: "replace", validate: regionFailure },
    triggers: { type: "list", onChange: "request", default: [], validate: triggersFailure },
    clientToken: { type: "string", onChange: "request", validate: clientTokenFailure },
    timeoutSeconds: { type: "integer", onChange: "record", default: 600, validate: timeoutFailure },
    profile: { type: "string", onChange: "record", validate: profileFailure },
};

/** The arguments that only one resource has. */
const ownArguments: Readonly<Record<Operation, ArgumentTable>> = {
    InterruptLogstashTask: {
        waitForSuspended: { type: "boolean", onChange: "record", default: true, validate: flagFailure },
        whenIdle: { type: "string", onChange: "record", default: "fail", validate: failOrSkipFailure },
    },
    ResumeLogstashTask: {
        interruption: { type: "string", onChange: "request", validate: interruptionFailure },
        waitForResumed: { type: "boolean", onChange: "record", default: true, validate: flagFailure },
        whenNotSuspended: {
            type: "string",
            onChange: "record",
            default: "fail",
            // A suspension that is over was ended by somebody else, so nothing is left to do.
            defaultWithInterruption: "skip",
            validate: failOrSkipFailure,
        },
    },
};

export function argumentsOf(operation: Operation): ArgumentTable {
    return { ...sharedArguments, ...ownArguments[operation] };
}

/** The arguments whose outputs show a default when the program gives no value. */
export function argumentsWithDefault(operation: Operation): ReadonlyArray<readonly [string, ArgumentRule]> {
    return Object.entries(argumentsOf(operation)).filter(
        ([, rule]) => rule.onChange === "record" && rule.default !== undefined,
    );
}

/** An argument that was given, or its default. */
export function valueOrDefault(rule: ArgumentRule, value: unknown, interruption: unknown): unknown {
    return value ?? (isGiven(interruption) ? rule.defaultWithInterruption : undefined) ?? rule.default;
}

/** Validates the arguments of a resource without the network. Unknown values pass; they are validated when known. */
export function checkArguments(operation: Operation, inputs: Properties): string[] {
    const rules = argumentsOf(operation);
    const failures = isGiven(inputs.instanceId) ? [] : [missingInstanceFailure];
    for (const [name, value] of Object.entries(inputs).filter(([, value]) => isGiven(value))) {
        const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
        if (rule === undefined) {
            failures.push(unknownArgumentFailure(name, Object.keys(rules)));
        } else if (value !== unknownValue) {
            const failure = rule.validate(value);
            if (failure !== undefined) {
                // A failure inside a list begins with the path of the value.
                failures.push(failure.startsWith("[") ? name + failure : `${name}: ${failure}`);
            }
        }
    }
    return [...failures, ...combinationFailures(operation, inputs)];
}

/** What a resource was declared with: its checked arguments, some of them unknown in a preview. */
export interface Declaration {
    readonly operation: Operation;
    readonly urn: string;
    readonly instanceId: string;
    readonly region: string;
    readonly triggers: readonly Json[];
    /** The program's own token. */
    readonly clientToken: string | undefined;
    readonly timeoutSeconds: number;
    readonly profile: string | undefined;
    /** Whether to poll the instance until it has reached a target status. */
    readonly wait: boolean;
    /** What to do if there is nothing to act on. */
    readonly onNoop: "fail" | "skip";
    /** The suspension that a resume ends, `""` for none; absent if something else says what to request. */
    readonly interruption: string | undefined;
    /** All arguments by name, those of this operation alone included. */
    readonly values: Properties;
}

/** Reads the arguments of a resource from its inputs or its recorded outputs. */
export function readArguments(operation: Operation, urn: string, properties: Properties): Declaration {
    const values = argumentValues(operation, properties);
    const { waitArgument, noopArgument } = descriptorOf(operation);
    const text = (name: string) => (typeof values[name] === "string" ? values[name] : undefined);
    return {
        operation,
        urn,
        instanceId: stringField(values, "instanceId") ?? "",
        region: stringField(values, "region") ?? "",
        // A list that is unknown as a whole differs from every recorded one.
        triggers: Array.isArray(values.triggers) ? values.triggers : [values.triggers as Json],
        clientToken: text("clientToken"),
        timeoutSeconds: Number(values.timeoutSeconds),
        profile: text("profile"),
        wait: values[waitArgument] !== false,
        onNoop: values[noopArgument] === "skip" ? "skip" : "fail",
        interruption: text("interruption"),
        values,
    };
}

/** The arguments in inputs or recorded outputs, each as given or by default. */
export function argumentValues(operation: Operation, properties: Properties): Properties {
    const rules = Object.entries(argumentsOf(operation));
    return Object.fromEntries(
        rules.map(([name, rule]) => [name, valueOrDefault(rule, properties[name], properties.interruption)]),
    );
}
