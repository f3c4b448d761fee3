import type { Ending } from "./faults";
import type { Declaration, Site } from "./site";
import { beginGeneration, type Generation, judgeEnd } from "./verdict";

/** Whether trouble strikes the first interrupts of all resources or those after a changed trigger. */
export type Mode = "create" | "update";

/** What is done between the first `pulumi up` and the last. */
export type Between = "nothing" | "refresh" | "up --refresh" | "refresh --clear-pending-creates";

export const betweens: readonly Between[] = ["nothing", "refresh", "up --refresh", "refresh --clear-pending-creates"];

/** The same with time enough, whatever else the machine does: what a user would raise it to. */
export function patiently(declarations: readonly Declaration[]): Declaration[] {
    return declarations.map(({ instanceId }) => ({ instanceId, timeoutSeconds: 60 }));
}

/** Declares the interrupts that trouble is to strike; in an update others have been done before without any. */
export async function declareStruck(site: Site, mode: Mode, declarations: readonly Declaration[]): Promise<Generation> {
    const instanceIds = declarations.map(({ instanceId }) => instanceId);
    const first = beginGeneration(site, 1, instanceIds);
    if (mode === "create") {
        site.declare(declarations, first.trigger);
        return first;
    }
    site.declare(patiently(declarations), first.trigger);
    await expectAllDone(site, first);
    for (const instanceId of instanceIds) {
        site.emulator.startChange(instanceId);
    }
    const second = beginGeneration(site, 2, instanceIds);
    site.declare(declarations, second.trigger);
    return second;
}

/** Lets the next `pulumi up` finish what the first has left, and repeat nothing. */
export async function lastUp(
    site: Site,
    generation: Generation,
    between: Between,
    results: readonly { readonly instanceId: string; readonly ending: Ending }[],
): Promise<void> {
    const { requests } = site.emulator.ledger;
    const sent = requests.length;
    if (between.startsWith("refresh")) {
        const { code, text } = await site.run(...between.split(" "), "--yes", "--skip-preview");
        if (code !== 0 || requests.length !== sent) {
            site.violate(`${between} ended with ${code} and sent ${requests.length - sent} requests`, text);
        }
    }
    await expectAllDone(site, generation, ...(between === "up --refresh" ? ["--refresh"] : []));
    for (const { instanceId, ending } of results) {
        if (ending === "suspended" && requests.slice(sent).some((entry) => entry.instanceId === instanceId)) {
            site.violate(`${instanceId}: was suspended, and got a request again`, site.ledgerOf(instanceId));
        }
    }
    await expectNothingToDo(site);
}

/** Runs `pulumi up` and expects it to end well, with everything done exactly once. */
export async function expectAllDone(site: Site, generation: Generation, ...flags: readonly string[]): Promise<void> {
    const { code, text } = await site.up(...flags);
    if (code !== 0) {
        site.violate(`an up without faults ended with ${code}`, text);
    }
    judgeEnd(site, generation, await site.exported());
}

/** One more `pulumi up` has nothing to do, nothing to ask for and nothing to send. */
export async function expectNothingToDo(site: Site): Promise<void> {
    const sent = site.emulator.ledger.requests.length;
    const { code, text } = await site.up("--expect-no-changes");
    const calls = site.emulator.ledger.requests.length - sent;
    if (code !== 0 || calls > 0 || /pulumi refresh/.test(text)) {
        site.violate(`one more up ended with ${code} and made ${calls} calls`, text);
    }
}
