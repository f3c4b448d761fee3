import { strict as assert } from "node:assert";
import fc, { type Arbitrary, type AsyncCommand } from "fast-check";
import type { Expectations } from "./expectations";
import { contract, type Declaration, type Program, type Role, roles, urnIn } from "./program";
import type { Statistics } from "./statistics";
import { type Circumstances, type Fate, fates, instanceIds, type Looks, looks, regions, type World } from "./world";

/** What commands work on: a stack, and where they are counted. */
export interface Real {
    readonly world: World;
    readonly statistics: Statistics;
}

type ModelCommand = AsyncCommand<Expectations, Real>;

/** A command by what it does. */
class Command implements ModelCommand {
    constructor(
        private readonly kind: string,
        private readonly detail: string,
        readonly check: (expectations: Readonly<Expectations>) => boolean,
        private readonly work: (expectations: Expectations, world: World, statistics: Statistics) => unknown,
    ) {}

    async run(expectations: Expectations, { world, statistics }: Real): Promise<void> {
        statistics.count(this.kind);
        await this.work(expectations, world, statistics);
    }

    toString(): string {
        return this.detail === "" ? this.kind : `${this.kind} ${this.detail}`;
    }
}

const triggers = ["v1", "v2", "v3"] as const;
const clientTokens = ["first", "second"] as const;
/** Beside the documented ones, one that nobody documents. */
const statuses = ["active", "activating", "suspended", "inactive", "Paused"] as const;
/** In milliseconds, from a signal to what it is to bring. */
const paces = [0, 1_500, Number.POSITIVE_INFINITY] as const;

const role = fc.constantFrom(...roles);
const always = () => true;

function often<T>(times: number, arbitrary: Arbitrary<T>): Arbitrary<T>[] {
    return Array.from({ length: times }, () => arbitrary);
}

/** Changes how a resource is declared. */
function edit<T>(
    kind: string,
    values: Arbitrary<T>,
    change: (declaration: Declaration, value: T) => Partial<Declaration>,
    ofRoles: Arbitrary<Role> = role,
): Arbitrary<ModelCommand> {
    return fc.tuple(ofRoles, values).map(
        ([which, value]) =>
            new Command(
                kind,
                `${which} ${fc.stringify(value)}`,
                ({ program }) => program[which] !== undefined,
                (expectations) => {
                    const declaration = expectations.program[which];
                    assert.ok(declaration !== undefined);
                    const changed = { ...declaration, ...change(declaration, value) };
                    expectations.program = { ...expectations.program, [which]: changed };
                },
            ),
    );
}

const nothing = fc.constant(undefined);
const name = fc.constantFrom("first", "second");

const changeTrigger = edit("change a trigger", fc.constantFrom(...triggers), (_, value) => ({
    triggers: [value],
    clientToken: undefined,
    interruption: undefined,
}));

const edits: readonly Arbitrary<ModelCommand>[] = [
    ...often(6, changeTrigger),
    ...often(
        3,
        edit(
            "resume by an interruption",
            fc.constantFrom(
                "of the pause" as const,
                "of the pause" as const,
                "" as const,
                "of another instance" as const,
            ),
            (_, interruption) => ({ interruption, triggers: undefined, clientToken: undefined }),
            fc.constant("go"),
        ),
    ),
    edit("remove the triggers", nothing, () => ({ triggers: undefined })),
    edit("set a token", fc.constantFrom(...clientTokens), (_, clientToken) => ({
        clientToken,
        triggers: undefined,
        interruption: undefined,
    })),
    edit("give both", fc.constantFrom(...clientTokens), (_, clientToken) => ({ clientToken, triggers: ["both"] })),
    edit("remove the token", nothing, () => ({ clientToken: undefined })),
    edit("another instance", fc.constantFrom(...instanceIds), (_, instanceId) => ({ instanceId })),
    edit("name a region", fc.constantFrom(...regions, undefined), (_, region) => ({ region })),
    edit("rename with an alias", name, (declaration, to) => ({
        name: to,
        aliases: [...new Set([...declaration.aliases, declaration.name])].filter((alias) => alias !== to),
    })),
    edit("rename without an alias", name, (_, to) => ({ name: to, aliases: [] })),
    edit("wait or not", fc.constantFrom(true, false, undefined), (_, wait) => ({ wait })),
    edit("skip or fail", fc.constantFrom("skip", "fail", undefined), (_, value) => ({ nothing: value })),
    edit("change the budget", fc.constantFrom(2, 10), (_, timeoutSeconds) => ({ timeoutSeconds })),
];

const newDeclaration: Declaration = {
    name: "first",
    aliases: [],
    instanceId: instanceIds[0],
    timeoutSeconds: 10,
};

const newResume: Declaration = { ...newDeclaration, interruption: "of the pause" };
const newDeclarations = { pause: newDeclaration, go: newResume };

/** What a program begins with. */
export const beginning = fc.constantFrom<Program>(
    { pause: newDeclaration },
    { pause: newDeclaration, go: newResume },
    { pause: { ...newDeclaration, nothing: "skip" }, go: newResume },
);

const declare: Arbitrary<ModelCommand> = role.map(
    (which) =>
        new Command("declare", which, always, (expectations) => {
            expectations.program = { [which]: newDeclarations[which], ...expectations.program };
        }),
);

const undeclare: Arbitrary<ModelCommand> = role.map(
    (which) =>
        new Command(
            "remove the declaration",
            which,
            ({ program }) => program[which] !== undefined,
            (expectations) => {
                const { [which]: _, ...rest } = expectations.program;
                expectations.program = rest;
            },
        ),
);

const status: Arbitrary<ModelCommand> = fc
    .tuple(
        fc.constantFrom(instanceIds[0], ...instanceIds),
        fc.constantFrom(regions[0], ...regions),
        fc.constantFrom(...statuses),
    )
    .map(
        ([instanceId, region, value]) =>
            new Command(`an operator: ${value}`, `${instanceId} ${region}`, always, (_, world) =>
                world.operate(instanceId, value, region),
            ),
    );

const pace: Arbitrary<ModelCommand> = fc.tuple(fc.constantFrom(...instanceIds), fc.constantFrom(...paces)).map(
    ([instanceId, ms]) =>
        new Command("signals take", `${instanceId} ${ms} ms`, always, (_, { emulator }) => {
            for (const region of regions) {
                const { status: now } = emulator.instance(instanceId, region);
                emulator.addInstance({ instanceId, region, status: now, interruptMs: ms, resumeStartsMs: ms });
            }
        }),
);

const forget: Arbitrary<ModelCommand> = fc.nat(7).map(
    (index) =>
        new Command("a token is forgotten", `${index}`, always, ({ tokens }, { emulator }) => {
            const remembered = tokens.remembered(emulator.ledger.effects);
            const token = remembered[index % Math.max(1, remembered.length)];
            if (token !== undefined) {
                emulator.forgetClientToken(token);
                tokens.forget(token, emulator.ledger.effects);
            }
        }),
);

const otherRunner: Arbitrary<ModelCommand> = fc.constantFrom(...regions).map(
    (region) =>
        new Command("another runner", region, always, (_, world) => {
            world.region = region;
        }),
);

const refresh = fc.constant<ModelCommand>(new Command("refresh", "", always, (_, { engine }) => engine.refresh()));
const clear = fc.constant<ModelCommand>(
    new Command("clear pending creates", "", always, (_, { engine }) => engine.clearPendingCreates()),
);
const destroy = fc.constant<ModelCommand>(
    new Command("destroy", "", always, async (expectations, world) =>
        expectations.judgeDestroyed(world, await world.destroy()),
    ),
);

/** `pulumi up`, after a preview of the same. */
async function up(
    expectations: Expectations,
    world: World,
    statistics: Statistics,
    circumstances: Circumstances,
    replaced?: string,
): Promise<void> {
    const preview = await world.preview(expectations.program, replaced);
    const run = await world.up(expectations.program, { ...circumstances, replace: replaced });
    statistics.ended(run);
    expectations.judge(world, preview, run, replaced);
    for (const life of expectations.unknowable) {
        statistics.count(`cannot be known: ${life}`);
    }
    expectations.unknowable.clear();
}

function upIn(kind: string, circumstances: Arbitrary<Circumstances>): Arbitrary<ModelCommand> {
    return circumstances.map(
        (meeting) =>
            new Command(kind, fc.stringify(meeting), always, (expectations, world, statistics) =>
                up(expectations, world, statistics, meeting),
            ),
    );
}

const fate = fc.constantFrom(...(Object.keys(fates) as Fate[]));
const seeing = fc.constantFrom(...(Object.keys(looks) as Looks[]));
/** So many things happen in a run, at most of each kind. */
const kill = fc.oneof(
    ...(["request", "outcome", "time", "answer"] as const).map((at) =>
        fc.record({
            at: fc.constant(at),
            count: fc.integer({ min: 1, max: at === "time" || at === "answer" ? 6 : 3 }),
        }),
    ),
);

const replace: Arbitrary<ModelCommand> = role.map(
    (which) =>
        new Command(
            "replace",
            which,
            ({ program }) => program[which] !== undefined,
            async (expectations, world, statistics) => {
                const urn = urnIn(which, expectations.program[which]?.name ?? "");
                await up(expectations, world, statistics, {}, urn);
            },
        ),
);

export const allCommands: readonly Arbitrary<ModelCommand>[] = [
    ...edits,
    declare,
    undeclare,
    ...often(4, status),
    pace,
    forget,
    otherRunner,
    ...often(2, refresh),
    clear,
    destroy,
    replace,
    ...often(6, upIn("up", fc.constant({}))),
    ...often(5, upIn("up that loses answers", fc.record({ fates: fc.array(fate, { minLength: 1, maxLength: 4 }) }))),
    ...often(4, upIn("up that loses all answers", fc.record({ always: fate }))),
    ...often(
        3,
        upIn(
            "up whose work fails",
            fc.record({ workFails: fc.constant(true), fates: fc.array(fate, { maxLength: 2 }) }),
        ),
    ),
    upIn("up that may not look", fc.record({ looks: seeing, fates: fc.array(fate, { maxLength: 2 }) })),
    ...often(4, upIn("up that is killed", fc.record({ kill, fates: fc.array(fate, { maxLength: 3 }) }))),
];

/** From every record there is a way out: new triggers are done once, whatever happened before, and then all is quiet. */
export async function recover(expectations: Expectations, { world, statistics }: Real): Promise<void> {
    const { emulator } = world;
    const { pause, go } = expectations.program;
    // Two on one instance, or each on its own.
    const place = pause !== undefined && go !== undefined ? { instanceId: instanceIds[0], region: regions[0] } : {};
    const healthy = (declaration: Declaration): Declaration => ({
        ...declaration,
        ...place,
        triggers: ["a last one"],
        clientToken: undefined,
        wait: true,
        nothing: undefined,
        interruption: undefined,
        timeoutSeconds: 10,
    });
    const healthyResume = (declaration: Declaration): Declaration =>
        pause !== undefined && declaration.interruption === "of the pause"
            ? { ...healthy(declaration), triggers: undefined, interruption: "of the pause" }
            : healthy(declaration);
    expectations.program = {
        ...(pause === undefined ? {} : { pause: healthy(pause) }),
        ...(go === undefined ? {} : { go: healthyResume(go) }),
    };
    for (const instanceId of instanceIds) {
        for (const region of regions) {
            emulator.addInstance({ instanceId, region });
            world.operate(instanceId, pause === undefined ? "suspended" : "activating", region);
        }
    }
    const { length: effectsBefore } = emulator.ledger.effects;
    await up(expectations, world, statistics, {});
    const acted = roles.filter((which) => expectations.program[which] !== undefined);
    const done = emulator.ledger.effects.slice(effectsBefore).map(({ operation }) => operation);
    assert.deepEqual(
        done,
        acted.map((which) => contract[which].operation),
        "new triggers are one effect each",
    );

    world.engine.clearPendingCreates();
    const sent = emulator.ledger.requests.length;
    await up(expectations, world, statistics, {});
    assert.equal(emulator.ledger.requests.length, sent, "an unchanged declaration sends nothing");
    expectations.judgeDestroyed(world, await world.destroy());
}
