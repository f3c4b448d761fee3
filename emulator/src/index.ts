export { type Clock, realClock, SteppedClock } from "./clock";
export type { Behavior, RejectionRule } from "./cloud/behavior";
export type { InstanceOptions, InstanceView } from "./cloud/instance";
export type {
    CredentialEntry,
    CredentialOperation,
    EffectEntry,
    Outcome,
    ReadonlyLedger,
    RequestEntry,
} from "./cloud/ledger";
export type { Operation } from "./cloud/operations";
export type { InstanceStatus } from "./cloud/state";
export { type Emulator, type EmulatorOptions, startEmulator, testAccount } from "./emulator";
export type { Account, Role, TemporaryCredentials } from "./identities/identities";
export { isAllowed, parsePolicy, type RamPolicy, type RamStatement } from "./identities/ram";
export { type KeyAndCertificate, selfSigned } from "./network/certificate";
export { type ConnectionCount, ListenError } from "./network/listening";
export { type Redirection, redirect } from "./network/redirection";
export type { Rejection } from "./rejection";
export type { Fault, FaultRule, FaultScript, Point } from "./services/faults";
export type { MetadataOptions } from "./services/metadata";
