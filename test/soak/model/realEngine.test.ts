import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { code, programOf } from "../../support/programs";
import { Stack } from "../../support/stack";
import type { ResourceRecord } from "./engine";
import { Fixture, faults, instanceIds, regions } from "./fixture";
import { argumentsOf, type Declaration, ofInterrupt, type Program, roles, urnIn } from "./program";

interface Scenario {
    readonly title: string;
    readonly command: "up" | "refresh" | "destroy";
    readonly program: Program;
    /** Whether all responses are lost. */
    readonly isLost?: boolean;
    /** The interrupt that `--replace` names. */
    readonly replace?: string;
}

const first: Declaration = { name: "first", aliases: [], instanceId: instanceIds[0], timeoutSeconds: 1 };
const resume: Declaration = { ...first, name: "resume", interruption: ofInterrupt };
const renamed: Declaration = { ...first, name: "second", aliases: ["first"], triggers: ["v1"] };
const back: Declaration = { ...first, triggers: ["v1"] };
const changed: Declaration = { ...back, triggers: ["v2"] };
const elsewhere: Declaration = { ...back, instanceId: instanceIds[1] };
const inSecondRegion: Declaration = { ...elsewhere, region: regions[1] };

const scenarios: readonly Scenario[] = [
    { title: "create, responses lost", command: "up", program: { interrupt: first }, isLost: true },
    { title: "refresh of a pending record", command: "refresh", program: { interrupt: first } },
    { title: "finish", command: "up", program: { interrupt: first } },
    { title: "rename and update", command: "up", program: { interrupt: renamed } },
    { title: "another name without an alias, and a resume", command: "up", program: { interrupt: back, resume } },
    { title: "update, responses lost", command: "up", program: { interrupt: changed, resume }, isLost: true },
    { title: "refresh of a pending update", command: "refresh", program: { interrupt: changed, resume } },
    { title: "return to the triggers before it", command: "up", program: { interrupt: back, resume } },
    { title: "replace, and delete what is removed", command: "up", program: { interrupt: elsewhere } },
    { title: "unchanged", command: "up", program: { interrupt: elsewhere } },
    { title: "explicit region", command: "up", program: { interrupt: inSecondRegion } },
    { title: "the region stays", command: "up", program: { interrupt: elsewhere } },
    { title: "--replace", command: "up", program: { interrupt: elsewhere }, replace: elsewhere.name },
    { title: "destroy", command: "destroy", program: {} },
];

describe("the engine of the model", () => {
    it("calls and records what the real one does", async () => {
        const modelled = await runInModel();
        const real = await runForReal();
        for (const [index, { title }] of scenarios.entries()) {
            assert.deepEqual({ title, ...modelled[index] }, { title, ...real[index] });
        }
    });
});

async function runInModel(): Promise<object[]> {
    const fixture = await Fixture.create();
    const { engine, emulator } = fixture;
    const observed: object[] = [];
    try {
        for (const { command, program, isLost, replace } of scenarios) {
            const observe = observer(emulator);
            let isSuccess = true;
            if (command === "refresh") {
                engine.refresh();
            } else {
                const allFault = isLost ? "503 after" : undefined;
                const run = await fixture.up(program, { allFault, replace: replace && urnIn("interrupt", replace) });
                isSuccess = run.ending === "succeeded";
            }
            observed.push(observe(isSuccess, engine.records()));
        }
        return observed;
    } finally {
        await fixture.close();
    }
}

async function runForReal(): Promise<object[]> {
    const instances = instanceIds.flatMap((instanceId) => regions.map((region) => ({ instanceId, region })));
    const emulator = await startEmulator({ instances });
    const stack = await Stack.create({ emulator, program: "" });
    const observed: object[] = [];
    try {
        for (const { command, program, isLost, replace } of scenarios) {
            const observe = observer(emulator);
            emulator.faults.clear();
            for (const operation of ["InterruptLogstashTask", "ResumeLogstashTask"] as const) {
                if (isLost) {
                    emulator.faults.add({ operation, fault: faults["503 after"] });
                }
            }
            stack.program(textOf(program));
            const run = await stack[command](...(replace ? ["--replace", urnIn("interrupt", replace)] : []));
            const records = (await stack.resources()).map((resource) => ({ initErrors: [], ...resource }));
            observed.push(observe(run.code === 0, records));
        }
        return observed;
    } finally {
        stack.remove();
        await emulator.stop();
    }
}

/** Returns what was sent, applied and recorded since now. Times and IDs of requests differ, so only their presence counts. */
function observer({ ledger }: Emulator): (isSuccess: boolean, records: readonly ResourceRecord[]) => object {
    const [requests, effects] = [ledger.requests.length, ledger.effects.length];
    return (isSuccess, records) => ({
        isSuccess,
        tokens: [...new Set(ledger.requests.slice(requests).flatMap(({ clientToken }) => clientToken ?? []))],
        effects: ledger.effects
            .slice(effects)
            .map(({ operation, clientToken, region }) => [operation, clientToken, region]),
        records: records
            .map(({ urn, inputs, outputs, initErrors }) => {
                const { requestId, interruptedAt, resumedAt, ...rest } = outputs;
                const present = [requestId, interruptedAt, resumedAt].map((value) => value !== undefined);
                return { urn, inputs, outputs: rest, present, initErrors: initErrors.length };
            })
            .sort((a, b) => (a.urn < b.urn ? -1 : 1)),
    });
}

function textOf(program: Program): string {
    const kinds = { interrupt: "LogstashTaskInterrupt", resume: "LogstashTaskResume" } as const;
    const { interrupt } = program;
    const resources = roles.flatMap((role) => {
        const declaration = program[role];
        if (declaration === undefined) {
            return [];
        }
        const aliases = JSON.stringify(declaration.aliases.map((name) => urnIn(role, name)));
        const dependsOn = role === "resume" && interrupt ? interrupt.name : "";
        const args = argumentsOf(role, declaration, interrupt && code(`${interrupt.name}.interruption`));
        const options = `{ aliases: ${aliases}, dependsOn: [${dependsOn}] }`;
        return [[declaration.name, { args, options, kind: kinds[role] }] as const];
    });
    return programOf(Object.fromEntries(resources));
}
