import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { unknownValue } from "../../../provider/src/lifecycle/triggers";
import { project } from "../../support/stack";
import { interruptType, resumeType, urnOf } from "../../support/urns";
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
        suspension: "interruption",
        goal: ["suspended"],
    },
    go: {
        type: resumeType,
        operation: "ResumeLogstashTask",
        wait: "waitForResumed",
        nothing: "whenNotSuspended",
        acted: "resumed",
        suspension: "resumedInterruption",
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
    /** Of a resume: the output of the interrupt, `""`, or what another instance's interrupt would give. */
    readonly interruption?: "of the pause" | "" | "of another instance" | undefined;
    readonly timeoutSeconds: number;
}

export type Program = { readonly [R in Role]?: Declaration };

/** The URN of a resource. */
export function urnIn(role: Role, name: string): string {
    return urnOf(name, { type: contract[role].type, project });
}

/** What the program registers with the engine. */
export function registrations(program: Program, isPreview: boolean): Registration[] {
    return roles.flatMap((role) => {
        const declaration = program[role];
        return declaration === undefined ? [] : [registration(role, declaration, program, isPreview)];
    });
}

/** The arguments that a declaration gives, by their names. `ofPause` is the output `interruption` of the interrupt. */
export function argumentsIn(role: Role, declaration: Declaration, ofPause: unknown): Properties {
    const { wait, nothing } = contract[role];
    const { instanceId, region, triggers, clientToken, timeoutSeconds } = declaration;
    const interruptions = { "of the pause": ofPause, "": "", "of another instance": "ls-cn-other/token" };
    const all = {
        instanceId,
        region,
        triggers,
        clientToken,
        timeoutSeconds,
        [wait]: declaration.wait,
        [nothing]: declaration.nothing,
        interruption: declaration.interruption === undefined ? undefined : interruptions[declaration.interruption],
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function registration(role: Role, declaration: Declaration, program: Program, isPreview: boolean): Registration {
    const urn = urnIn(role, declaration.name);
    return {
        urn,
        aliases: declaration.aliases.map((name) => urnIn(role, name)),
        inputs: (outputsOf) => {
            const outputs = program.pause === undefined ? {} : outputsOf(urnIn("pause", program.pause.name));
            // In a preview the SDK takes an absent output for one that is not known yet.
            const absent = isPreview ? unknownValue : undefined;
            const ofPause = outputs === undefined ? unknownValue : (outputs.interruption ?? absent);
            return { ...argumentsIn(role, declaration, ofPause), resourceUrn: urn, __provider: providerStub };
        },
    };
}
