import type { Site } from "./site";

/** One more `pulumi up` has nothing to do, nothing to report and nothing to send. */
export async function expectNothingToDo(site: Site): Promise<void> {
    const sent = site.emulator.ledger.requests.length;
    const { code, text } = await site.up("--expect-no-changes");
    const calls = site.emulator.ledger.requests.length - sent;
    if (code !== 0 || calls > 0 || /pulumi refresh/.test(text)) {
        site.violate(`one more up ended with ${code} and made ${calls} calls`, text);
    }
}
