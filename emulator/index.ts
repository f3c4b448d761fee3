export { type Clock, realClock, SteppedClock } from "./clock";
export type { InstanceOptions, InstanceStatus, InstanceView } from "./cloud";
export type { Fault, FaultRule, FaultScript, Point } from "./faults";
export type { EffectEntry, Operation, Outcome, ReadonlyLedger, RequestEntry } from "./ledger";
export { type Emulator, type EmulatorOptions, startEmulator, testAccount } from "./server";
export type { Account } from "./signature";
export { type TokenState, TokenStore } from "./tokens";
