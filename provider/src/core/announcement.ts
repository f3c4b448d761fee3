import type { Declaration } from "./arguments";
import { descriptorOf } from "./operations";
import type { Update } from "./update";

/** What a preview says about an update, because it cannot show it by itself. */
export function announcementOf({ operation, enabled }: Declaration, update: Update): string | undefined {
    const { verb, participle } = descriptorOf(operation);
    const will = enabled === "unknown" ? "may" : "will";
    switch (update.kind) {
        case "request":
            return update.because === "enabled"
                ? `enabled: the instance ${will} be ${participle}`
                : `${update.because} changed: the instance ${will} be ${participle} again`;
        case "finish":
            return `the last run could not tell how the ${verb} ended: it ${will} be finished, with the same token`;
        case "replace":
            if (enabled === false) {
                return undefined;
            }
            return (
                `${update.because.join(" and ")} changed: the other instance ${will} be ${participle}, once for these ` +
                "triggers: coming back to an instance with the same ones does nothing more"
            );
        case "record":
            return undefined;
    }
}
