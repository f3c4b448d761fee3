import { unknownValue } from "../../provider/src/core/argumentRules";
import { pointer } from "../../provider/src/host/pointer";
import { project } from "../engine/stack";
import { interruptType, resumeType, urnOf } from "../urns";
import type { Registration } from "./engine";
import type { Properties } from "./providerProcess";

/** The resources a program may have, in the order of their dependencies: one interrupts, the other resumes after it. */
export const roles = ["pause", "go"] as const;
export type Role = (typeof roles)[number];

/** What the contract says of each: written here once more, for it outlives the code. */
export const contract = {
    pause: {
        type: interruptType,
        operation: "InterruptLogstashTask",
        wait: "waitForSuspended",
        nothing: "whenIdle",
        acted: "interrupted",
        goal: ["suspended"],
    },
    go: {
        type: resumeType,
        operation: "ResumeLogstashTask",
        wait: "waitForResumed",
        nothing: "whenNotSuspended",
        acted: "resumed",
        goal: ["activating", "active"],
    },
} as const;

/** A resource as the program declares it; what is absent is not given. */
export interface Declaration {
    readonly name: string;
    /** The names it had before. */
    readonly aliases: readonly string[];
    readonly instanceId: string;
    readonly region?: string | undefined;
    readonly triggers?: readonly string[] | undefined;
    readonly clientToken?: string | undefined;
    readonly wait?: boolean | undefined;
    readonly nothing?: "fail" | "skip" | undefined;
    /** Of a resume; `if interrupted` is an output of the interrupt. */
    readonly enabled?: boolean | "if interrupted" | undefined;
    readonly timeoutSeconds: number;
}

export type Program = { readonly [R in Role]?: Declaration };

/** The URN of a resource. */
export function urnIn(role: Role, name: string): string {
    return urnOf(name, { type: contract[role].type, project });
}

/** What the program registers with the engine. */
export function registrations(program: Program): Registration[] {
    return roles.flatMap((role) => {
        const declaration = program[role];
        return declaration === undefined ? [] : [registration(role, declaration, program)];
    });
}

/** The arguments that a declaration gives, by their names. */
export function argumentsIn(role: Role, declaration: Declaration, interrupted: unknown): Properties {
    const { wait, nothing } = contract[role];
    const { instanceId, region, triggers, clientToken, timeoutSeconds, enabled } = declaration;
    const all = {
        instanceId,
        region,
        triggers,
        clientToken,
        timeoutSeconds,
        [wait]: declaration.wait,
        [nothing]: declaration.nothing,
        enabled: enabled === "if interrupted" ? interrupted : enabled,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function registration(role: Role, declaration: Declaration, program: Program): Registration {
    const urn = urnIn(role, declaration.name);
    return {
        urn,
        aliases: declaration.aliases.map((name) => urnIn(role, name)),
        inputs: (outputsOf) => {
            const outputs = program.pause === undefined ? {} : outputsOf(urnIn("pause", program.pause.name));
            // There is nothing to resume where nothing was declared to interrupt.
            const interrupted = outputs === undefined ? unknownValue : (outputs.interrupted ?? false);
            return { ...argumentsIn(role, declaration, interrupted), resourceUrn: urn, __provider: pointer };
        },
    };
}
