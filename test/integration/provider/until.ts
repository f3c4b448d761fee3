import { strict as assert } from "node:assert";
import { setTimeout } from "node:timers/promises";

/** Resolves when something has become true; fails after ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!condition()) {
        assert.ok(performance.now() < deadline, "it did not become true within 10 s");
        await setTimeout(5);
    }
}
