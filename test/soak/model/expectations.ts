import { strict as assert } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import { type EffectEntry, testAccount } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { type Decision, decide, type Recorded, regionOf } from "./decision";
import { argumentsIn, contract, type Program, roles, urnIn } from "./program";
import type { Properties } from "./providerProcess";
import { Tokens } from "./tokens";
import { fates, type Run, type SeenStep, type World } from "./world";

const doubtfulFaults = new Set<string>(
    Object.values(fates)
        .filter(({ doubt }) => doubt)
        .map(({ fault }) => fault.kind),
);

/** What the promise says about a stack: held against each of its runs. */
export class Expectations {
    readonly tokens = new Tokens();
    /** Lives that the documentation lists under "What it cannot know", as they come. */
    readonly unknowable = new Set<string>();
    /** Tokens of interrupts for which an operator's suspension counts. */
    readonly #operators = new Set<string>();
    /** By URN. */
    readonly #records = new Map<string, Recorded>();

    constructor(public program: Program) {}

    /** What a preview has shown and the run after it has done. */
    judge(world: World, preview: Run, run: Run, replaced?: string): void {
        assert.deepEqual(preview.requests, [], "a preview sends nothing");
        const stepsSent = run.steps.flatMap(({ requests }) => requests);
        assert.deepEqual(stepsSent, run.requests, "only creates and updates send anything");
        for (const step of run.steps) {
            this.#judgeStep(world, step, replaced);
            expectForeseen(preview, step);
        }
        if (run.ending !== "killed") {
            const workFailed = run.workFails && this.program.go !== undefined;
            const isFailed = workFailed || run.steps.some(({ failure }) => failure !== undefined);
            assert.equal(run.ending, isFailed ? "failed" : "done");
        }
        if (run.ending === "done") {
            this.#expectDeleted(world);
            this.#expectResumed(world);
        }
        this.tokens.expectOneEffectEach(world.emulator.ledger.effects);
    }

    /** Where both succeed, no suspension is left that the interrupt has recorded as its own. */
    #expectResumed(world: World): void {
        const { pause, go } = this.program;
        if (pause === undefined || go?.interruption !== "of the pause" || go.wait === false) {
            return;
        }
        const { interruption, instanceId, region } = world.engine.record(urnIn("pause", pause.name))?.outputs ?? {};
        const { region: resumedIn } = world.engine.record(urnIn("go", go.name))?.outputs ?? {};
        const token = String(interruption).split("/")[1];
        if (interruption === "" || region !== resumedIn || token === undefined) {
            return;
        }
        const isSuspended = world.emulator.instance(String(instanceId), String(region)).status === "suspended";
        const isOurs = isSuspended && world.suspendedBy.get(`${instanceId} ${region}`) === token;
        if (isOurs && this.tokens.wasForgotten({ token, region: String(region) })) {
            this.unknowable.add("the service forgot the token of an interrupt that was recreated");
        } else if (isOurs && this.#operators.has(token)) {
            this.unknowable.add("a recreated interrupt was applied, for which an operator's suspension had counted");
        } else {
            assert.ok(!isOurs, "an `up` that succeeds leaves no suspension of its own");
        }
    }

    judgeDestroyed(world: World, run: Run): void {
        assert.deepEqual(run.requests, [], "a destroy sends nothing");
        assert.equal(run.ending, "done");
        assert.deepEqual(world.engine.records(), []);
        this.#records.clear();
    }

    #expectDeleted(world: World): void {
        const declared = roles.flatMap((role) => {
            const declaration = this.program[role];
            return declaration === undefined ? [] : [urnIn(role, declaration.name)];
        });
        assert.deepEqual(
            world.engine
                .records()
                .map(({ urn }) => urn)
                .sort(),
            declared.sort(),
        );
        for (const urn of [...this.#records.keys()].filter((candidate) => !declared.includes(candidate))) {
            this.#records.delete(urn);
        }
    }

    #judgeStep(world: World, step: SeenStep, replaced: string | undefined): void {
        const { role, inputs, urn } = step;
        const declaration = this.program[role] ?? assert.fail(`${urn} is not declared`);
        const recorded = this.#recordBefore(step);
        const region = regionOf(declaration, recorded, world.region);
        const ofPause = world.engine.record(urnIn("pause", this.program.pause?.name ?? ""))?.outputs.interruption;
        const args = { ...argumentsIn(role, declaration, this.program.pause && ofPause), region };
        const expected = { ...args, resourceUrn: urn, __provider: providerStub };
        assert.deepEqual({ ...inputs }, expected, "`check` completes the inputs");

        const decision = decide(step, recorded, declaration, args, replaced === urn);
        const operation = decision.kind === "rejected" || decision.kind === "finish" ? undefined : decision.operation;
        const byKind = { rejected: "rejected", finish: "update", nothing: operation, none: operation, ask: operation };
        assert.equal(step.operation, byKind[decision.kind], JSON.stringify(decision));
        for (const { instanceId, region: place } of step.requests) {
            assert.deepEqual([instanceId, place], [declaration.instanceId, region]);
        }
        switch (decision.kind) {
            case "rejected":
            case "nothing":
            case "none":
                this.#judgeSilent(step, decision, args, recorded);
                return;
            case "ask":
            case "finish":
                this.#judgeRequest(world, step, decision, args, recorded);
        }
    }

    #judgeSilent(
        step: SeenStep,
        decision: Decision & { kind: "rejected" | "nothing" | "none" },
        args: Properties,
        recorded: Recorded | undefined,
    ): void {
        const { role, requests, before, after, failure, killed } = step;
        assert.deepEqual(requests, [], "nothing is asked, so nothing is sent");
        if (decision.kind === "rejected" || killed) {
            assert.deepEqual(after, before);
            return;
        }
        assert.equal(failure, undefined);
        const outputs = after?.outputs ?? assert.fail("not recorded");
        const { acted, suspension } = contract[role];
        const kept = [suspension, "clientToken", "requestId"];
        if (decision.kind === "none" && decision.operation !== "same") {
            assert.deepEqual([outputs.status, outputs[acted], outputs[`${acted}At`]], ["none", false, undefined]);
        } else {
            kept.push("status", acted, `${acted}At`);
        }
        const old = decision.operation === "create" || decision.operation === "replace" ? undefined : before?.outputs;
        for (const name of kept) {
            assert.equal(outputs[name], old?.[name], `${name} stays what it was`);
        }
        const isWritten = step.operation !== "same";
        if (isWritten) {
            const { clientToken: _, ...rest } = args;
            expectMirrored(outputs, rest);
        }
        const asBefore = old === undefined ? undefined : recorded;
        const { asked, pending = false, accepted = false, over = false } = asBefore ?? {};
        this.#put(step, isWritten ? args : (recorded?.args ?? args), {
            asked,
            pending,
            accepted,
            over,
            suspension: outputs[suspension],
        });
    }

    #judgeRequest(
        world: World,
        step: SeenStep,
        decision: Decision & { kind: "ask" | "finish" },
        args: Properties,
        recorded: Recorded | undefined,
    ): void {
        const { role, before, after, failure, killed } = step;
        const { asked } = decision;
        const signals = step.requests.filter(({ operation }) => operation !== "DescribeLogstash");
        for (const { operation, clientToken } of signals) {
            assert.equal(operation, contract[role].operation);
            this.tokens.expectSent(asked, { token: clientToken, region: String(args.region) });
        }
        const isFinishing = decision.kind === "finish";
        const wasAccepted = isFinishing && decision.accepted;
        if (wasAccepted) {
            assert.deepEqual(signals, [], "what was accepted is only looked at");
        }
        if (killed) {
            assert.deepEqual(after, before, "what the engine was not told it does not record");
            return;
        }
        const sentToken = this.tokens.of(asked);
        const accepted =
            wasAccepted || signals.some(({ outcome, fault }) => outcome.kind === "responded" && fault === undefined);
        const doubt = isFinishing || signals.some(({ fault }) => fault !== undefined && doubtfulFaults.has(fault));
        const effects = world.emulator.ledger.effects.filter(
            ({ clientToken, region, operation }) =>
                clientToken === sentToken && region === args.region && operation === contract[role].operation,
        );
        if (failure !== undefined) {
            expectHonest(failure, step);
        }
        if (failure !== undefined && !accepted && !doubt) {
            assert.deepEqual(after, before, "what certainly was not done leaves no trace");
            assert.ok(signals.every(({ effect }) => effect === undefined));
            return;
        }
        const { inputs, outputs, initErrors } = after ?? assert.fail("what may have been done is recorded");
        const isPending = failure !== undefined;
        const isHalfAnUpdate = isPending && step.operation === "update";
        assert.deepEqual(inputs, isHalfAnUpdate ? before?.inputs : step.inputs);
        // A pending resume keeps the interruption that it resumes, whatever the program gives meanwhile.
        const resumes = isFinishing ? recorded?.args.interruption : args.interruption;
        const mirrored = isPending && resumes ? { ...args, interruption: resumes } : args;
        expectMirrored(outputs, mirrored);
        assert.equal(outputs.clientToken, sentToken, "the token that was sent is recorded");
        const { acted, suspension } = contract[role];
        const acceptedBy = signals.find(({ outcome, fault }) => outcome.kind === "responded" && fault === undefined);
        const polls = step.requests.flatMap(({ sequence }) => {
            const status = world.polled.get(sequence);
            return status === undefined ? [] : [{ sequence, status }];
        });
        const over =
            role === "pause" &&
            accepted &&
            ((isFinishing && recorded?.over === true) ||
                polls.some(({ sequence, status }) => status === "active" && sequence > (acceptedBy?.sequence ?? 0)));
        if (accepted) {
            assert.equal(outputs[acted], !over);
            assert.ok(effects.length > 0, "what was accepted was done");
            assert.ok(effects.some(({ requestId }) => requestId === outputs.requestId));
        }
        assert.equal(outputs[`${acted}At`] !== undefined, accepted && (isPending || !over));
        if (isPending) {
            assert.deepEqual([...initErrors], [failure]);
            assert.deepEqual([outputs.status, outputs[acted]], ["pending", accepted && !over]);
        } else {
            assert.deepEqual([...initErrors], []);
            const supersedes = decision.kind === "ask" && decision.supersedes;
            this.#expectTrue(step, { accepted, doubt, supersedes }, effects, args);
        }
        const recordedSuspension =
            step.operation === "update" ? before?.outputs[suspension] : role === "pause" ? "" : undefined;
        const expected = {
            pause: interruptionAfter(
                !isPending && outputs[acted] === true ? `${args.instanceId}/${sentToken}` : undefined,
                polls.map(({ status }) => status),
                recordedSuspension,
            ),
            go: !isPending && resumes ? resumes : recordedSuspension,
        }[role];
        assert.equal(outputs[suspension], expected, suspension);
        if (role === "pause" && !isPending && outputs[acted] === true && outputs.status === "suspended") {
            const place = `${args.instanceId} ${args.region}`;
            if (sentToken !== undefined && world.suspendedBy.get(place) !== sentToken) {
                this.#operators.add(sentToken);
                this.unknowable.add("an operator suspended while a request was pending, lost or replayed");
            }
        }
        if (role === "go" && args.interruption !== undefined && signals.some(({ effect }) => effect !== undefined)) {
            // A resume that is replaced has no record.
            const used = step.operation === "update" ? recorded?.suspension : undefined;
            const isUnused = args.interruption !== "" && args.interruption !== used;
            assert.ok(isUnused || isFinishing, "a resume takes effect only for an interruption that is not used");
        }
        this.#put(step, mirrored, { asked, pending: isPending, accepted, over, suspension: outputs[suspension] });
    }

    /** A success tells how the instance is, and whether that was our doing. */
    #expectTrue(
        { role, requests, after, status }: SeenStep,
        { accepted, doubt, supersedes }: { accepted: boolean; doubt: boolean; supersedes: boolean },
        effects: readonly EffectEntry[],
        args: Properties,
    ): void {
        const { acted, wait, nothing, goal } = contract[role];
        const outputs = after?.outputs ?? {};
        const isGoal = (goal as readonly unknown[]).includes(outputs.status);
        const isUnseen = outputs.status === "accepted";
        if (isUnseen) {
            const mayTrust = args[wait] === false || (role === "go" && accepted);
            assert.ok(mayTrust, "`accepted` is said where nobody looked");
        } else {
            assert.equal(outputs.status, status, "the recorded status is that of the instance");
            assert.ok(requests.some(({ operation }) => operation === "DescribeLogstash"));
        }
        if (accepted) {
            return;
        }
        if (outputs[acted] === true) {
            assert.ok(doubt || supersedes, "only a request in doubt can have been done without an acceptance");
            assert.ok(isGoal || isUnseen || requests.some(({ fault }) => fault === "rejection"));
        } else if (doubt) {
            const onNoop = args[nothing] ?? (args.interruption === undefined ? "fail" : "skip");
            assert.ok(onNoop === "skip" && !isGoal, "what may have been done is not said to be undone");
        } else if (effects.length > 0) {
            // The service has not told: by an answer of another kind, or since it has forgotten.
            const isUntold = requests.some(({ fault }) => fault === "rejection");
            const wasForgotten = this.tokens.wasForgotten({
                token: String(outputs.clientToken),
                region: String(args.region),
            });
            assert.ok(isUntold || wasForgotten, "what was done is not said to be undone");
        }
    }

    #recordBefore({ urn, before }: SeenStep): Recorded | undefined {
        return before === undefined ? undefined : (this.#records.get(before.urn) ?? assert.fail(`${urn} came unseen`));
    }

    #put({ urn, before }: SeenStep, args: Properties, what: Omit<Recorded, "instanceId" | "region" | "args">): void {
        if (before !== undefined) {
            this.#records.delete(before.urn);
        }
        this.#records.set(urn, {
            instanceId: String(args.instanceId),
            region: String(args.region),
            args,
            ...what,
        });
    }
}

/** By the table of the contract: the suspension of this run, if it is one that was polled, else what polls have shown. */
function interruptionAfter(own: string | undefined, polls: readonly string[], recorded: unknown): unknown {
    if (own !== undefined) {
        return polls.length > 0 ? own : undefined;
    }
    return polls.some((status) => status === "active" || status === "activating") ? "" : recorded;
}

/** A later run compares with outputs only, and `delete` needs the pointer. */
function expectMirrored(outputs: Properties, args: Properties): void {
    const names = Object.keys(args);
    const mirrored = Object.fromEntries(names.map((name) => [name, outputs[name]]));
    assert.deepEqual(mirrored, { ...args }, "outputs mirror the arguments");
    assert.equal(outputs.__provider, providerStub);
}

/** The preview names the same operation and the same lines, where it knows all values. */
function expectForeseen(preview: Run, step: SeenStep): void {
    const foreseen = preview.steps.find(({ urn }) => urn === step.urn);
    if (foreseen === undefined) {
        const isBehindRejected = preview.steps.some(({ operation }) => operation === "rejected");
        assert.ok(isBehindRejected, "a preview shows every resource");
        return;
    }
    if (isDeepStrictEqual(foreseen.inputs, step.inputs)) {
        assert.equal(step.operation, foreseen.operation, "a preview shows what the run does");
        const announced = step.lines.slice(0, foreseen.lines.length);
        assert.deepEqual(announced, foreseen.lines, "a preview says what the run does");
        const isAnnounced = foreseen.lines.length > 0 || ["create", "replace"].includes(foreseen.operation);
        assert.ok(isAnnounced || step.requests.length === 0, "a request is announced");
    }
}

/** An error names what failed and where, in words of ours, without a secret. */
function expectHonest(failure: string, { role, inputs }: SeenStep): void {
    const where = `${contract[role].operation} on ${inputs.instanceId} in ${inputs.region}: `;
    assert.ok(failure.startsWith(where), failure);
    assert.doesNotMatch(failure, /undefined|\[object|unexpected error/);
    assert.ok(!failure.includes(testAccount.accessKeySecret));
}
