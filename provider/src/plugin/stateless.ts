import type { Properties } from "../lifecycle/arguments";

/** The URN of every resource that `pulumi do --stateless` creates. */
const statelessUrn = /^urn:pulumi:dev::default::alicloud-logstash:index:(\w+)::\1$/;

/**
 * Rejects a stateless call that nothing tells apart from the one before it. Its token would be the same too, so the service
 * would do nothing.
 */
export function statelessFailures(urn: string, { triggers, clientToken, interruption }: Properties): string[] {
    const isNamed = [triggers, clientToken, interruption].some((value) => value !== undefined && value !== null);
    return statelessUrn.test(urn) && !isNamed
        ? [
              "clientToken: is required with `pulumi do --stateless`, or triggers, because all its calls have the same URN: " +
                  "without either, every call would repeat the first request, and the service would do nothing. " +
                  "Add --client-token with a value that you have not used before",
          ]
        : [];
}
