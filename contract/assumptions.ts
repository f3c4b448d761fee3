import { codeRow, emulator, provider, sources, type Unchecked } from "./assumption";
import { calls } from "./calls";
import { looks } from "./looks";

/** What one instance can check, in the order in which it is checked. */
export const checked = { ...looks, ...calls };

/** The ID of an assumption that can be checked. */
export type CheckedId = keyof typeof checked;

/** What no run on one instance can check. */
export const unchecked = {
    unknownInstance: {
        claim: "an instance that does not exist is refused with InstanceNotFound",
        source: sources.interrupt,
        restsOn: [emulator("cloud/cloud.ts", '"InstanceNotFound"'), codeRow("InstanceNotFound")],
        needs: "another instance's ID",
    },
    throttling: {
        claim: "more than 100 requests a second are refused with Throttling.User",
        source: `${sources.interrupt}; the code: ${sources.errors}`,
        restsOn: [
            emulator("http/faults.ts", "export const throttledUser"),
            provider("cloud/limits.ts", "export const defaultRequestsPerSecond"),
        ],
        needs: "a flood of requests",
    },
    tokenAtWork: {
        claim: "a client token whose first call is at work is refused with TokenPreviousRequestProcessError",
        source: sources.idempotence,
        restsOn: [
            emulator("cloud/cloud.ts", '"TokenPreviousRequestProcessError"'),
            codeRow("TokenPreviousRequestProcessError"),
        ],
        needs: "a call that takes its time",
    },
    tokenOwner: {
        claim: "client tokens belong to the account in a region, and not to an access key",
        source: sources.unknown,
        restsOn: [emulator("cloud/cloud.ts", "const owner ="), provider("core/token.ts", "source.region,")],
        needs: "a second access key of the account that may interrupt",
    },
} as const satisfies Readonly<Record<string, Unchecked>>;
