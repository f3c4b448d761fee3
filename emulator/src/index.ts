export { type Clock, realClock, SteppedClock } from "./clock";
export type { InstanceOptions, InstanceStatus, InstanceView } from "./cloud/cloud";
export type {
    CredentialEntry,
    CredentialOperation,
    EffectEntry,
    Operation,
    Outcome,
    ReadonlyLedger,
    RequestEntry,
} from "./cloud/ledger";
export { type TokenState, TokenStore } from "./cloud/tokens";
export { type Emulator, type EmulatorOptions, startEmulator, testAccount } from "./emulator";
export type { Fault, FaultRule, FaultScript, Point } from "./http/faults";
export type { Account, Role, TemporaryCredentials } from "./identities/identities";
export type { MetadataOptions } from "./identities/metadata";
export { isAllowed, parsePolicy, type RamPolicy, type RamStatement } from "./identities/ram";
export { type KeyAndCertificate, selfSigned } from "./network/certificate";
export { type Redirection, redirect } from "./network/redirection";
