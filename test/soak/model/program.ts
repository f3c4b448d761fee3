import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { unknownValue } from "../../../provider/src/lifecycle/triggers";
import { project } from "../../support/stack";
import { interruptType, resumeType, urnOf } from "../../support/urns";
import type { Registration } from "./engine";
import type { Properties } from "./provider";

/** What the contract says of the two resources. Written here again, because the contract outlives the code. */
export const contract = {
    interrupt: {
        type: interruptType,
        operation: "InterruptLogstashTask",
        waitArgument: "waitForSuspended",
        noopArgument: "whenIdle",
        result: "interrupted",
        suspension: "interruption",
        targetStatuses: ["suspended"],
    },
    resume: {
        type: resumeType,
        operation: "ResumeLogstashTask",
        waitArgument: "waitForResumed",
        noopArgument: "whenNotSuspended",
        result: "resumed",
        suspension: "resumedInterruption",
        targetStatuses: ["activating", "active"],
    },
} as const;
export type Role = keyof typeof contract;

/** In the order of their dependencies. */
export const roles = ["interrupt", "resume"] as const;

/** The argument of a resume that is the output of the interrupt. */
export const ofInterrupt = "of the interrupt";

/** A resource as the program declares it. */
export interface Declaration {
    readonly name: string;
    /** The names it had before. */
    readonly aliases: readonly string[];
    readonly instanceId: string;
    readonly region?: string | undefined;
    readonly triggers?: readonly string[] | undefined;
    readonly clientToken?: string | undefined;
    readonly interruption?: string | undefined;
    /** The argument that says whether to poll after an acceptance. */
    readonly wait?: boolean | undefined;
    /** The argument that says what to do if there is nothing to act on. */
    readonly onNoop?: "fail" | "skip" | undefined;
    readonly timeoutSeconds: number;
}

export type Program = { readonly [R in Role]?: Declaration };

export function urnIn(role: Role, name: string): string {
    return urnOf(name, { type: contract[role].type, project });
}

/** The arguments by their public names. `interruption` is the output of the interrupt. */
export function argumentsOf(
    role: Role,
    { name, aliases, wait, onNoop, ...args }: Declaration,
    interruption: unknown,
): Properties {
    const { waitArgument, noopArgument } = contract[role];
    const all = {
        ...args,
        [waitArgument]: wait,
        [noopArgument]: onNoop,
        ...(args.interruption === ofInterrupt ? { interruption } : {}),
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What the program registers with the engine. */
export function registrations(program: Program, isPreview: boolean): Registration[] {
    return roles.flatMap((role) => {
        const declaration = program[role];
        return declaration === undefined ? [] : [registration(role, declaration, program, isPreview)];
    });
}

function registration(role: Role, declaration: Declaration, program: Program, isPreview: boolean): Registration {
    const urn = urnIn(role, declaration.name);
    return {
        urn,
        aliases: declaration.aliases.map((name) => urnIn(role, name)),
        inputs: (outputsOf) => {
            const outputs =
                program.interrupt === undefined ? {} : outputsOf(urnIn("interrupt", program.interrupt.name));
            // In a preview the SDK takes an absent output for one that is not known yet.
            const absent = isPreview ? unknownValue : undefined;
            const interruption = outputs === undefined ? unknownValue : (outputs.interruption ?? absent);
            return { ...argumentsOf(role, declaration, interruption), resourceUrn: urn, __provider: providerStub };
        },
    };
}
