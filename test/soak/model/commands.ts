import { strict as assert } from "node:assert";
import fc, { type Arbitrary, type AsyncCommand } from "fast-check";
import { type FaultName, type Fixture, faults, instanceIds, pollFaults, regions, type Scenario } from "./fixture";
import type { Model } from "./model";
import { contract, type Declaration, ofInterrupt, type Program, type Role, roles, urnIn } from "./program";

type ModelCommand = AsyncCommand<Model, Fixture>;

/** A command by its title. `needs` is the resource that has to be declared. */
function command(
    title: string,
    run: (model: Model, fixture: Fixture) => Promise<void> | void,
    needs?: Role,
): ModelCommand {
    return {
        check: ({ program }) => needs === undefined || program[needs] !== undefined,
        run: async (model, fixture) => run(model, fixture),
        toString: () => title,
    };
}

const anyRole = fc.constantFrom(...roles);
const anyTriggers = fc.constantFrom(["v1"], ["v2"], ["v1"], ["v2"], undefined);
const anyToken = fc.constantFrom("first", "second");
const anyName = fc.constantFrom("first", "second");
const anyInterruption = fc.constantFrom(ofInterrupt, ofInterrupt, "", "", "ls-cn-other/token");
const anyInstance = fc.constantFrom(instanceIds[0], ...instanceIds);
const anyRegion = fc.constantFrom(regions[0], ...regions);
/** The documented ones, and one that is not. */
const anyStatus = fc.constantFrom("active", "activating", "suspended", "inactive", "Paused");
/** In milliseconds. */
const anyTransitionTime = fc.constantFrom(0, 1_500, Number.POSITIVE_INFINITY);
const anyFault = fc.constantFrom(...(Object.keys(faults) as FaultName[]));
const anyPollFault = fc.constantFrom(...(Object.keys(pollFaults) as (keyof typeof pollFaults)[]));
const anyKill = fc.oneof(
    fc.record({ at: fc.constantFrom("request", "outcome"), count: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ at: fc.constantFrom("timer", "return"), count: fc.integer({ min: 1, max: 6 }) }),
);

/** Changes the declaration of a resource. */
function edit<T>(
    title: string,
    values: Arbitrary<T>,
    change: (value: T, declaration: Declaration) => Partial<Declaration>,
    ofRole: Arbitrary<Role> = anyRole,
): Arbitrary<ModelCommand> {
    return fc.tuple(ofRole, values).map(([role, value]) => {
        const apply = (model: Model) => {
            const declaration = model.program[role] ?? assert.fail(`no ${role}`);
            model.program = { ...model.program, [role]: { ...declaration, ...change(value, declaration) } };
        };
        return command(`${role}: ${title} ${fc.stringify(value)}`, apply, role);
    });
}

/** What says what to request: one of the three, unless a program is wrong. */
const noSubject = { triggers: undefined, clientToken: undefined, interruption: undefined };
const newInterrupt: Declaration = { name: "first", aliases: [], instanceId: instanceIds[0], timeoutSeconds: 10 };
const newResume: Declaration = { ...newInterrupt, interruption: ofInterrupt };

const editInterruption = edit(
    "interruption",
    anyInterruption,
    (interruption) => ({ ...noSubject, interruption }),
    fc.constant("resume"),
);

export const firstProgram = fc.constantFrom<Program>(
    { interrupt: newInterrupt },
    { interrupt: newInterrupt, resume: newResume },
    { interrupt: { ...newInterrupt, onNoop: "skip" }, resume: newResume },
);

/** `pulumi up`, after a preview of the same program. */
async function up(model: Model, fixture: Fixture, scenario: Scenario = {}): Promise<void> {
    const preview = await fixture.preview(model.program, scenario);
    const run = await fixture.up(model.program, scenario);
    model.check(fixture, preview, run, scenario.replace);
}

function upWith(scenarios: Arbitrary<Scenario>): Arbitrary<ModelCommand> {
    return scenarios.map((scenario) =>
        command(`up ${fc.stringify(scenario)}`, (model, fixture) => up(model, fixture, scenario)),
    );
}

const someFaults = (minLength: number, maxLength: number) => fc.array(anyFault, { minLength, maxLength });

export const anyCommand: Arbitrary<ModelCommand> = fc.oneof(
    // Programs.
    { weight: 7, arbitrary: edit("triggers", anyTriggers, (triggers) => ({ ...noSubject, triggers })) },
    { weight: 6, arbitrary: editInterruption },
    edit("client token", anyToken, (clientToken) => ({ ...noSubject, clientToken })),
    edit("both", anyToken, (clientToken) => ({ clientToken, triggers: ["both"] })),
    edit("instance", anyInstance, (instanceId) => ({ instanceId })),
    edit("region", fc.constantFrom(...regions, undefined), (region) => ({ region })),
    edit("rename with an alias to", anyName, (name, { name: old, aliases }) => ({
        name,
        aliases: [...new Set([...aliases, old])].filter((alias) => alias !== name),
    })),
    edit("rename without an alias to", anyName, (name) => ({ name, aliases: [] })),
    edit("wait", fc.constantFrom(true, false, undefined), (wait) => ({ wait })),
    { weight: 2, arbitrary: edit("onNoop", fc.constantFrom("skip", "fail", undefined), (onNoop) => ({ onNoop })) },
    edit("timeoutSeconds", fc.constantFrom(2, 10), (timeoutSeconds) => ({ timeoutSeconds })),
    anyRole.map((role) =>
        command(`declare ${role}`, (model) => {
            const declarations = { interrupt: newInterrupt, resume: newResume };
            model.program = { [role]: declarations[role], ...model.program };
        }),
    ),
    anyRole.map((role) =>
        command(`remove ${role}`, (model) => {
            const { [role]: _, ...rest } = model.program;
            model.program = rest;
        }),
    ),
    // Everything around them.
    {
        weight: 5,
        arbitrary: fc
            .tuple(anyInstance, anyStatus, anyRegion)
            .map((change) => command(`operator: ${change.join(" ")}`, (_, fixture) => fixture.operate(...change))),
    },
    {
        weight: 4,
        arbitrary: fc.tuple(anyInstance, anyTransitionTime).map(([instanceId, ms]) =>
            command(`${instanceId} takes ${ms} ms`, (_, { emulator }) => {
                for (const region of regions) {
                    const { status } = emulator.instance(instanceId, region);
                    emulator.addInstance({ instanceId, region, status, interruptMs: ms, resumeStartsMs: ms });
                }
            }),
        ),
    },
    fc.nat(7).map((index) =>
        command(`the service forgets token ${index}`, ({ tokens }, { emulator }) => {
            const { effects } = emulator.ledger;
            const remembered = tokens.remembered(effects);
            const token = remembered[index % Math.max(1, remembered.length)];
            if (token !== undefined) {
                emulator.forgetClientToken(token);
                tokens.forget(token, effects);
            }
        }),
    ),
    anyRegion.map((region) =>
        command(`the stack's region is ${region}`, (_, fixture) => {
            fixture.region = region;
        }),
    ),
    { weight: 3, arbitrary: fc.constant(command("refresh", (_, { engine }) => engine.refresh())) },
    fc.constant(command("destroy", destroy)),
    // Runs.
    { weight: 6, arbitrary: upWith(fc.constant({})) },
    { weight: 5, arbitrary: upWith(fc.record({ faults: someFaults(1, 4) })) },
    { weight: 4, arbitrary: upWith(fc.record({ allFault: anyFault })) },
    { weight: 3, arbitrary: upWith(fc.record({ workFails: fc.constant(true), faults: someFaults(0, 2) })) },
    upWith(fc.record({ pollFault: anyPollFault, faults: someFaults(0, 2) })),
    fc.constant(command("up with new triggers, all reset, and return", upAndReturn, "interrupt")),
    { weight: 4, arbitrary: upWith(fc.record({ kill: anyKill, faults: someFaults(0, 3) })) },
    anyRole.map((role) =>
        command(
            `up --replace ${role}`,
            (model, fixture) => up(model, fixture, { replace: urnIn(role, model.program[role]?.name ?? "") }),
            role,
        ),
    ),
);

/** Triggers change, no response arrives, and the program returns to the inputs that the engine has kept. */
async function upAndReturn(model: Model, fixture: Fixture): Promise<void> {
    const { program } = model;
    const changed = { ...(program.interrupt ?? newInterrupt), ...noSubject, triggers: ["v3"] };
    model.program = { ...program, interrupt: changed };
    await up(model, fixture, { allFault: "reset before" });
    fixture.engine.refresh();
    model.program = program;
    await up(model, fixture);
}

async function destroy(_: Model, fixture: Fixture): Promise<void> {
    assert.deepEqual(await fixture.up({}), { ending: "succeeded", steps: [], requests: [] });
    assert.deepEqual(fixture.engine.records(), []);
}

/** Whatever happened before, new triggers are applied once each, and an interruption is resumed once. */
export async function recover(model: Model, fixture: Fixture): Promise<void> {
    const { emulator } = fixture;
    const { interrupt, resume } = model.program;
    // Two on one instance, or each on its own.
    const shared = interrupt && resume ? { instanceId: instanceIds[0], region: regions[0] } : {};
    const common = { ...noSubject, ...shared, wait: true, onNoop: undefined, timeoutSeconds: 10 };
    const triggers = ["the last one"];
    const isByInterruption = interrupt !== undefined && resume?.interruption === ofInterrupt;
    const subject = isByInterruption ? { interruption: ofInterrupt } : { triggers };
    const onlyInterrupt = interrupt && { interrupt: { ...interrupt, ...common, triggers } };
    const program = { ...onlyInterrupt, ...(resume && { resume: { ...resume, ...common, ...subject } }) };
    const programs: Program[] = [program, program];
    if (isByInterruption) {
        // The value returns after `""`, and in a resume that is declared again.
        const nothing = { ...onlyInterrupt, resume: { ...resume, ...common, interruption: "" } };
        programs.push(nothing, program, { ...onlyInterrupt }, program);
    }
    for (const instanceId of instanceIds) {
        for (const region of regions) {
            emulator.addInstance({ instanceId, region });
            fixture.operate(instanceId, interrupt === undefined ? "suspended" : "activating", region);
        }
    }
    const { effects } = emulator.ledger;
    const before = effects.length;
    for (const next of programs) {
        model.program = next;
        await up(model, fixture);
    }
    const applied = effects.slice(before).map(({ operation }) => operation);
    const declared = roles.filter((role) => program[role]).map((role) => contract[role].operation);
    assert.deepEqual(applied, declared);
    await destroy(model, fixture);
}
