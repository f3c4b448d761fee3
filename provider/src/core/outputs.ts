import { argumentsOf, type Properties } from "./arguments";
import { stringField } from "./json";
import { type Acceptance, ownStatuses } from "./knowledge";
import { descriptorOf, type Operation } from "./operations";
import type { Result } from "./request";

/** The outputs that tell how a request ended, of every resource; two more are named by what its operation does. */
export const sharedResults = ["clientToken", "requestId", "status"] as const satisfies readonly (keyof Result)[];

/** The names of a resource's outputs beside those that only mirror arguments. */
export function resultNames(operation: Operation): readonly string[] {
    const { participle } = descriptorOf(operation);
    return [...sharedResults, participle, `${participle}At`];
}

/** The names of all outputs of a resource: an output must be named where the resource is registered to get a value. */
export function outputNames(operation: Operation): readonly string[] {
    return [...new Set([...Object.keys(argumentsOf(operation)), ...resultNames(operation)])];
}

/** The outputs that tell how a request ended. */
export function outputsFor(operation: Operation, { acceptedAt, acted, ...result }: Result): Properties {
    const { participle } = descriptorOf(operation);
    return { ...result, [participle]: acted, ...(acceptedAt === undefined ? {} : { [`${participle}At`]: acceptedAt }) };
}

/** The outputs of a resource that has sent nothing, by `enabled: false`. */
export function outputsOfDisabled(operation: Operation): Properties {
    return { status: ownStatuses.disabled, [descriptorOf(operation).participle]: false };
}

/** The part of recorded outputs that tells how a request ended. */
export function resultIn(operation: Operation, outputs: Properties): Properties {
    return Object.fromEntries(
        resultNames(operation)
            .filter((name) => outputs[name] !== undefined)
            .map((name) => [name, outputs[name]]),
    );
}

/** What an earlier run has recorded about the acceptance of the request it did not finish. */
export function acceptanceIn(operation: Operation, outputs: Properties): Acceptance | undefined {
    const at = stringField(outputs, `${descriptorOf(operation).participle}At`);
    const requestId = stringField(outputs, "requestId");
    return at === undefined ? undefined : { at, ...(requestId === undefined ? {} : { requestId }) };
}
