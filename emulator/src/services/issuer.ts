import type { Clock } from "../clock";
import type { Ledger } from "../cloud/ledger";
import type { Identities } from "../identities/identities";

/** What the services that issue temporary credentials share. */
export interface IssuerContext {
    readonly identities: Identities;
    readonly clock: Clock;
    readonly newRequestId: () => string;
    readonly ledger: Ledger;
}
