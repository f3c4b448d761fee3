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
export type { InstanceStatus } from "./cloud/phase";
export { type Emulator, type EmulatorOptions, startEmulator, testAccount } from "./emulator";
export type { Rejection } from "./http/answers";
export type { Fault, FaultRule, FaultScript, Point } from "./http/faults";
export type { Account, Role, TemporaryCredentials } from "./identities/identities";
export type { MetadataOptions } from "./identities/metadata";
export { isAllowed, parsePolicy, type RamPolicy, type RamStatement } from "./identities/ram";
export { type KeyAndCertificate, selfSigned } from "./network/certificate";
export { type ConnectionCount, ListenError } from "./network/listening";
export { type Redirection, redirect } from "./network/redirection";
