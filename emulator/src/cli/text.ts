import type { Outcome, RequestEntry } from "../cloud/ledger";
import { testAccount } from "../emulator";
import type { NamedInstance, RunArguments } from "./arguments";

/** What the command says when it has started: how to use it, and how to drive it by hand. */
export function welcome(url: string, instances: RunArguments["instances"]): string {
    const [first] = instances;
    const drive = (action: string) =>
        `  curl -X POST '${url}/_emulator/instances/${first.instanceId}/${action}${regionQuery(first, instances)}'`;
    return `The emulator listens on ${url}, and shows there in a browser what happens.

Instances:
${instances.map(({ instanceId, status, region }) => `  ${instanceId}  ${status}  ${region}`).join("\n")}

Point a stack at it:
  pulumi config set alicloud:region ${first.region}
  pulumi config set alicloud:accessKey ${testAccount.accessKeyId}
  pulumi config set --secret alicloud:secretKey ${testAccount.accessKeySecret}
  pulumi config set --path 'alicloud:endpoints[0].elasticsearch' ${url}

Drive it by hand:
  curl ${url}/_emulator/state
${drive("start-change")}
${drive("step")}
state shows the instances, and all that was asked and done.
start-change begins a change of an active or suspended instance: only a running change can be interrupted.
step makes what time would bring next happen now: a change ends, an interrupt takes hold, a resumed change starts.

Requests, until Ctrl-C:`;
}

/** A line for a request whose outcome is known. */
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
