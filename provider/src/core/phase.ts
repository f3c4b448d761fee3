import type { Operation } from "./operation";

/** What the status of an instance means for a request. */
export type Phase =
    /** It has ended: this is what is recorded. */
    | "settled"
    /** On its way: look again. */
    | "transitional"
    /** There is nothing that the request could act on, or no longer. */
    | "idle"
    /** The instance cannot get there by itself. */
    | "broken";

/** What a status means once the service has accepted the request. Strings that nobody documents are settled. */
export function phaseAfterAcceptance(operation: Operation, status: string): Phase {
    switch (operation) {
        case "InterruptLogstashTask":
            switch (status) {
                case "activating":
                    return "transitional";
                case "active":
                    return "idle";
                case "inactive":
                case "invalid":
                    return "broken";
                default:
                    return "settled";
            }
        case "ResumeLogstashTask":
            // Resuming ends with the acceptance: the change may run for hours.
            return "settled";
    }
}

/** What a status means when the service has refused the request because of the instance's phase. */
export function phaseAfterRefusal(operation: Operation, status: string): Phase {
    switch (status) {
        case "inactive":
        case "invalid":
            return "broken";
        case "suspended":
            return operation === "InterruptLogstashTask" ? "settled" : "transitional";
        case "active":
            return "idle";
        case "activating":
            return operation === "InterruptLogstashTask" ? "transitional" : "idle";
        default:
            return "transitional";
    }
}
