import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { programOf } from "../../support/programs";
import { type Run as CliRun, Stack } from "../../support/stack";
import { argumentsIn, type Declaration, type Program, roles, urnIn } from "./program";
import { fates, instanceIds, regions, World } from "./world";

/** What is run, on a program and with answers that are lost or not. */
interface Scene {
    readonly title: string;
    readonly command: "up" | "refresh" | "destroy";
    readonly program: Program;
    readonly isUnanswered?: boolean;
}

/** What a scene has left: the same of both engines, apart from times and the service's IDs of requests. */
interface Seen {
    readonly title: string;
    readonly isDone: boolean;
    readonly records: readonly object[];
    readonly tokensSent: readonly string[];
    readonly effects: readonly string[];
}

const first: Declaration = { name: "first", aliases: [], instanceId: instanceIds[0], timeoutSeconds: 1 };
const firstResume: Declaration = { ...first, interruption: "of the pause" };
const renamed: Declaration = { ...first, name: "second", aliases: ["first"], triggers: ["v1"] };
const back: Declaration = { ...first, triggers: ["v1"] };
const changed: Declaration = { ...back, triggers: ["v2"] };
const elsewhere: Declaration = { ...back, instanceId: instanceIds[1] };

const scenes: readonly Scene[] = [
    { title: "create, unanswered", command: "up", program: { pause: first }, isUnanswered: true },
    { title: "refresh of a pending record", command: "refresh", program: { pause: first } },
    { title: "finish", command: "up", program: { pause: first } },
    { title: "rename and update", command: "up", program: { pause: renamed } },
    { title: "another name and no alias, resume behind it", command: "up", program: { pause: back, go: firstResume } },
    { title: "update, unanswered", command: "up", program: { pause: changed, go: firstResume }, isUnanswered: true },
    { title: "refresh of a pending update", command: "refresh", program: { pause: changed, go: firstResume } },
    { title: "return to the triggers before it", command: "up", program: { pause: back, go: firstResume } },
    { title: "replace, and delete what is gone", command: "up", program: { pause: elsewhere } },
    { title: "unchanged", command: "up", program: { pause: elsewhere } },
    { title: "destroy", command: "destroy", program: {} },
];

describe("the engine of the model", () => {
    it("calls and records what the real one does", async function () {
        this.timeout(600_000);
        const modelled = await seenInModel();
        const real = await seenForReal();
        for (const [index, seen] of modelled.entries()) {
            assert.deepEqual(seen, real[index]);
        }
    });
});

async function seenInModel(): Promise<Seen[]> {
    const world = await World.open();
    const all: Seen[] = [];
    try {
        for (const scene of scenes) {
            const before = positionOf(world.emulator);
            let isDone = true;
            if (scene.command === "refresh") {
                world.engine.refresh();
            } else {
                const always = scene.isUnanswered ? ("503 after" as const) : undefined;
                const run = scene.command === "up" ? world.up(scene.program, { always }) : world.destroy();
                isDone = (await run).ending === "done";
            }
            all.push(seenAfter(scene, isDone, world.engine.records(), world.emulator, before));
        }
        return all;
    } finally {
        await world.close();
    }
}

async function seenForReal(): Promise<Seen[]> {
    const instances = instanceIds.flatMap((instanceId) => regions.map((region) => ({ instanceId, region })));
    const emulator = await startEmulator({ instances });
    const stack = await Stack.create({ emulator, program: "" });
    const all: Seen[] = [];
    try {
        for (const scene of scenes) {
            emulator.faults.clear();
            if (scene.isUnanswered) {
                for (const operation of ["InterruptLogstashTask", "ResumeLogstashTask"] as const) {
                    emulator.faults.add({ operation, fault: fates["503 after"].fault });
                }
            }
            stack.program(textOf(scene.program));
            const before = positionOf(emulator);
            const run: CliRun = await stack[scene.command]();
            const records = (await stack.resources()).map((resource) => ({ initErrors: [], ...resource }));
            all.push(seenAfter(scene, run.code === 0, records, emulator, before));
        }
        return all;
    } finally {
        stack.remove();
        await emulator.stop();
    }
}

interface Position {
    readonly requests: number;
    readonly effects: number;
}

function positionOf({ ledger }: Emulator): Position {
    return { requests: ledger.requests.length, effects: ledger.effects.length };
}

function seenAfter(
    { title }: Scene,
    isDone: boolean,
    records: readonly {
        readonly urn: string;
        readonly inputs: object;
        readonly outputs: Readonly<Record<string, unknown>>;
        readonly initErrors: readonly string[];
    }[],
    { ledger }: Emulator,
    before: Position,
): Seen {
    const sent = ledger.requests.slice(before.requests).flatMap(({ clientToken }) => clientToken ?? []);
    return {
        title,
        isDone,
        records: records
            .map(({ urn, inputs, outputs, initErrors }) => {
                const { requestId, interruptedAt, resumedAt, ...rest } = outputs;
                const others = [requestId, interruptedAt, resumedAt].map((value) => value !== undefined);
                return { urn, inputs, outputs: rest, others, initErrors: initErrors.length };
            })
            .sort((a, b) => (a.urn < b.urn ? -1 : 1)),
        tokensSent: [...new Set(sent)],
        effects: ledger.effects
            .slice(before.effects)
            .map(({ clientToken, operation }) => `${operation} ${clientToken}`),
    };
}

/** The text of a program with the same declarations. */
function textOf(program: Program): string {
    const kinds = { pause: "LogstashTaskInterrupt", go: "LogstashTaskResume" } as const;
    const declarations = roles.flatMap((role) => {
        const declaration = program[role];
        if (declaration === undefined) {
            return [];
        }
        const aliases = JSON.stringify(declaration.aliases.map((name) => urnIn(role, name)));
        const after = role === "go" && program.pause !== undefined ? ", dependsOn: [pause]" : "";
        const args = JSON.stringify(argumentsIn(role, declaration, "OF THE PAUSE"));
        const text = args.replace('"OF THE PAUSE"', program.pause === undefined ? "undefined" : "pause.interruption");
        return `const ${role} = new ${kinds[role]}("${declaration.name}", ${text}, { aliases: ${aliases}${after} });`;
    });
    return [programOf({}), ...declarations].join("\n");
}
