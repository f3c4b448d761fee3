// The sentences with which only the plugin refuses a resource or the arguments of a provider.

import { quoted } from "../identity/sources";
import type { Properties } from "../lifecycle/arguments";
import { isGiven, secretTokenFailure } from "../lifecycle/checkFailures";
import { isSecret } from "./values";

/** What is wrong with the inputs of a resource, beside what the lifecycle finds. */
export function inputFailures(urn: string, inputs: Properties): readonly string[] {
    return [...secretFailures(inputs), ...statelessFailures(urn, inputs)];
}

function secretFailures({ clientToken }: Properties): readonly string[] {
    return isSecret(clientToken) ? [`clientToken: ${secretTokenFailure}`] : [];
}

/** The URN of every resource that `pulumi do --stateless` creates. */
const statelessUrn = /^urn:pulumi:dev::default::alicloud-logstash:index:(\w+)::\1$/;

/** Two stateless calls without a token or triggers would have the same token, and the service would ignore the second. */
function statelessFailures(urn: string, { triggers, clientToken, interruption }: Properties): readonly string[] {
    const isIdentified = [triggers, clientToken, interruption].some(isGiven);
    return statelessUrn.test(urn) && !isIdentified
        ? [
              "clientToken: is required with `pulumi do --stateless`, or triggers, because all its calls have the same URN: " +
                  "without either, every call would repeat the first request, and the service would do nothing. " +
                  "Add --client-token with a value that you have not used before",
          ]
        : [];
}

export function unknownProviderArgument(name: string, known: readonly string[]): string {
    return `${quoted(name)} is not an argument of this provider; known are ${known.join(", ")}`;
}

export function unknownConfigurationKey(name: string, namespace: string, known: readonly string[]): string {
    return `${quoted(name)} is not a key under ${namespace}:; known are ${known.join(", ")}`;
}
