import type { Clock } from "../clock";
import type { Ledger } from "../cloud/ledger";
import type { Identities } from "../identities/identities";

/** What all services of the emulator depend on. */
export interface ServiceContext {
    readonly identities: Identities;
    readonly clock: Clock;
    /** The time that signatures are checked against. */
    readonly signatureTime: () => number;
    readonly newRequestId: () => string;
    readonly ledger: Ledger;
}
