import type { ArgumentRule } from "./argumentRules";

// It goes with argumentRules.ts.
export const interruptionRule: ArgumentRule<string | undefined> = {};
