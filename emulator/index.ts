export { type KeyAndCertificate, selfSigned } from "./certificate";
export { type Clock, realClock, SteppedClock } from "./clock";
export type { InstanceOptions, InstanceStatus, InstanceView } from "./cloud";
export type { Fault, FaultRule, FaultScript, Point } from "./faults";
export type { Account, Role, TemporaryCredentials } from "./identities";
export type {
    CredentialEntry,
    CredentialOperation,
    EffectEntry,
    Operation,
    Outcome,
    ReadonlyLedger,
    RequestEntry,
} from "./ledger";
export type { MetadataOptions } from "./metadata";
export { type Redirection, redirect } from "./network";
export { isAllowed, parsePolicy, type RamPolicy, type RamStatement } from "./ram";
export { type Emulator, type EmulatorOptions, startEmulator, testAccount } from "./server";
export { type TokenState, TokenStore } from "./tokens";
