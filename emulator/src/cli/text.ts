import type { Outcome, RequestEntry } from "../cloud/ledger";
import { testAccount } from "../emulator";
import type { NamedInstance, RunArguments } from "./arguments";

/** What the command prints when it has started: how to use and how to control the emulator. */
export function welcome(url: string, instances: RunArguments["instances"]): string {
    const [first] = instances;
    const post = (action: string) =>
        `  curl -X POST '${url}/_emulator/instances/${first.instanceId}/${action}${regionQuery(first, instances)}'`;
    return `The emulator listens on ${url}, which is also its page in a browser.

Instances:
${instances.map(({ instanceId, status, region }) => `  ${instanceId}  ${status}  ${region}`).join("\n")}

To configure a stack:
  pulumi config set alicloud:region ${first.region}
  pulumi config set alicloud:accessKey ${testAccount.accessKeyId}
  pulumi config set --secret alicloud:secretKey ${testAccount.accessKeySecret}
  pulumi config set --path 'alicloud:endpoints[0].elasticsearch' ${url}

To start a change of an active or suspended instance (only a running change can be interrupted):
${post("start-change")}

To make the next transition now: a change ends, an interrupt suspends, or a resumed change starts:
${post("step")}

To print all instances, requests and effects:
  curl ${url}/_emulator/state

Requests (Ctrl-C stops the emulator):`;
}

/** The line for a request whose outcome is known. */
export function logLine({ time, operation, instanceId, outcome, replay, effect }: RequestEntry): string {
    const notes = [replay ? "replay of a client token" : "", effect === undefined ? "" : `effect ${effect}`];
    return [time, operation, instanceId, describeOutcome(outcome), ...notes].filter((part) => part !== "").join("  ");
}

function regionQuery({ instanceId, region }: NamedInstance, instances: readonly NamedInstance[]): string {
    return instances.filter((it) => it.instanceId === instanceId).length > 1 ? `?region=${region}` : "";
}

function describeOutcome(outcome: Outcome): string {
    switch (outcome.kind) {
        case "open":
            return "…";
        case "responded":
            return String(outcome.status);
        case "rejected":
            return `${outcome.status} ${outcome.code}`;
        case "dropped":
            return "connection reset";
    }
}
