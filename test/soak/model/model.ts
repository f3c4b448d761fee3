import { strict as assert } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import { testAccount } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { argumentsIn, type ExpectedRequest, expectedOf, onNoopIn } from "./expected";
import { type Fixture, isOutcomeUnknown, type ObservedStep, type Run } from "./fixture";
import { contract, ofInterrupt, type Program, type Role, urnIn } from "./program";
import type { Properties } from "./provider";
import { Tokens } from "./tokens";

/** The program, and what the contract expects of every run of it. */
export class Model {
    readonly tokens = new Tokens();
    /** Tokens of interrupts for which an operator's suspension counted, as the documentation says. */
    readonly #operators = new Set<string>();

    constructor(public program: Program) {}

    /** Checks a run against the preview before it. */
    check(fixture: Fixture, preview: Run, run: Run, replaced?: string): void {
        assert.deepEqual(preview.requests, [], "a preview sends nothing");
        const requests = run.steps.flatMap((step) => step.requests);
        assert.deepEqual(requests, run.requests, "only creates and updates send requests");
        for (const step of run.steps) {
            this.#checkStep(fixture, step, step.urn === replaced);
            expectPreviewed(preview, step);
        }
        if (run.ending === "succeeded") {
            this.#expectResumed(fixture);
        }
        this.tokens.expectOneEffectEach(fixture.emulator.ledger.effects);
    }

    #checkStep(fixture: Fixture, step: ObservedStep, isReplaced: boolean): void {
        const { before, inputs, declared, requests, after, isKilled } = step;
        const { clientToken, region } = before?.outputs ?? {};
        const expected = expectedOf(step, isReplaced, this.tokens.keyOf(clientToken, region));
        assert.equal(step.operation, expected.operation, JSON.stringify(expected));
        if (expected.kind !== "rejected") {
            // A region that is not given stays that of the instance.
            const isSameInstance = !isReplaced && before?.outputs.instanceId === inputs.instanceId;
            const completed = { region: isSameInstance ? region : fixture.region, ...declared };
            assert.deepEqual({ ...inputs }, completed, "`check` completes the inputs");
        }
        for (const request of requests) {
            assert.deepEqual([request.instanceId, request.region], [inputs.instanceId, inputs.region]);
        }
        if (expected.kind === "request" || expected.kind === "finish") {
            this.#checkRequest(fixture, step, expected);
            return;
        }
        assert.deepEqual(requests, [], "nothing is sent without a request");
        if (expected.kind === "rejected" || isKilled) {
            assert.deepEqual(after, before);
        } else {
            expectResultKept(step, expected.kind);
        }
    }

    #checkRequest(fixture: Fixture, step: ObservedStep, expected: ExpectedRequest): void {
        const { role, before, after, failure, isKilled } = step;
        const { operation, result } = contract[role];
        const args = argumentsIn(step);
        const sent = step.requests.filter((request) => request.operation !== "DescribeLogstash");
        for (const request of sent) {
            assert.equal(request.operation, operation);
            this.tokens.expectSent(expected.key, String(args.region), request.clientToken);
        }
        assert.ok(!expected.wasAccepted || sent.length === 0, "an accepted request is only polled");
        if (isKilled) {
            assert.deepEqual(after, before, "the engine records nothing without a response");
            return;
        }
        const acceptance = sent.find(({ outcome, fault }) => outcome.kind === "responded" && fault === undefined);
        const isAccepted = expected.wasAccepted || acceptance !== undefined;
        const outcomeUnknown = expected.kind === "finish" || sent.some(isOutcomeUnknown);
        if (failure !== undefined) {
            expectErrorText(failure, step);
            if (!isAccepted && !outcomeUnknown) {
                assert.deepEqual(after, before, "a request that was certainly not applied is not recorded");
                assert.ok(sent.every(({ effect }) => effect === undefined));
                return;
            }
        }
        const { outputs } = after ?? assert.fail("a request that may have been applied is recorded");
        const isPending = failure !== undefined;
        const polls = step.requests.flatMap(({ sequence }) => {
            const status = fixture.polled.get(sequence);
            return status === undefined ? [] : [{ status, isLater: sequence > (acceptance?.sequence ?? 0) }];
        });
        const sawActive = polls.some(({ status, isLater }) => status === "active" && isLater);
        const isOver = role === "interrupt" && isAccepted && (expected.wasOver || sawActive);
        const old = step.operation === "update" ? before?.outputs : undefined;
        // A pending resume keeps the interruption that it resumes, whatever the program gives meanwhile.
        const resumes = role === "resume" ? (expected.kind === "finish" ? old : args)?.interruption : undefined;
        const token = this.tokens.tokenOf(expected.key);
        expectOutputs(outputs, {
            ...args,
            ...(isPending && resumes ? { interruption: resumes } : {}),
            clientToken: token,
            ...(isPending ? { status: "pending" } : {}),
            ...(isPending || isAccepted ? { [result]: isAccepted && !isOver } : {}),
        });
        assert.equal(outputs[`${result}At`] !== undefined, isAccepted && (isPending || !isOver));

        const effects = fixture.emulator.ledger.effects.filter(
            (effect) => effect.clientToken === token && effect.region === args.region && effect.operation === operation,
        );
        if (isAccepted) {
            assert.ok(effects.some(({ requestId }) => requestId === outputs.requestId));
        }
        if (!isPending) {
            expectTrueStatus(step, isAccepted);
        }
        if (!isPending && !isAccepted) {
            const mayBeApplied = outcomeUnknown || expected.supersedes;
            this.#expectTrueResult(step, { outcomeUnknown, mayBeApplied, hasEffect: effects.length > 0 });
        }
        if (role === "resume") {
            assert.equal(outputs.resumedInterruption, (!isPending && resumes) || old?.resumedInterruption);
            return;
        }
        const ran = polls.some(({ status }) => status === "active" || status === "activating");
        if (isPending || outputs.interrupted === false) {
            assert.equal(outputs.interruption, ran || old === undefined ? "" : old.interruption);
            return;
        }
        assert.equal(outputs.interruption, polls.length > 0 ? `${args.instanceId}/${token}` : undefined);
        const suspender = fixture.suspendedBy.get(`${args.instanceId} ${args.region}`);
        if (outputs.status === "suspended" && suspender !== token) {
            this.#operators.add(String(token));
        }
    }

    /** The result of a success without an acceptance is true as far as the responses tell. */
    #expectTrueResult(
        step: ObservedStep,
        { outcomeUnknown, mayBeApplied, hasEffect }: Record<"outcomeUnknown" | "mayBeApplied" | "hasEffect", boolean>,
    ): void {
        const { role, requests, after } = step;
        const { result, targetStatuses } = contract[role];
        const outputs = after?.outputs ?? {};
        const isTarget = targetStatuses.some((status) => status === outputs.status);
        const wasRejected = requests.some(({ fault }) => fault === "rejection");
        if (outputs[result] === true) {
            assert.ok(mayBeApplied, "without an acceptance only an unknown outcome can be applied");
            assert.ok(isTarget || outputs.status === "accepted" || wasRejected);
            return;
        }
        assert.ok(!mayBeApplied || !isTarget, "a request that may have been applied is not recorded as not applied");
        if (outcomeUnknown) {
            assert.equal(onNoopIn(role, argumentsIn(step)), "skip", "an unknown outcome without a target is pending");
        } else if (hasEffect) {
            // The service did not tell: it responded with another rejection, or has forgotten the token.
            const isUntold = wasRejected || this.tokens.wasForgotten(outputs.clientToken);
            assert.ok(isUntold, "an applied request is not recorded as not applied");
        }
    }

    /** After a success no suspension is left that the interrupt has recorded as its own. */
    #expectResumed({ engine, emulator, suspendedBy }: Fixture): void {
        const { interrupt, resume } = this.program;
        if (interrupt === undefined || resume?.interruption !== ofInterrupt) {
            return;
        }
        const outputsOf = (role: Role, name: string) => engine.record(urnIn(role, name))?.outputs ?? {};
        const { interruption, instanceId, region } = outputsOf("interrupt", interrupt.name);
        const resumed = outputsOf("resume", resume.name);
        const token = String(interruption).split("/")[1];
        // What cannot be known: the service forgot the token, or an operator's suspension counted.
        const isUnknowable = token === undefined || this.tokens.wasForgotten(token) || this.#operators.has(token);
        if (!isUnknowable && region === resumed.region && resumed.status !== "accepted") {
            const { status } = emulator.instance(String(instanceId), String(region));
            const isLeft = status === "suspended" && suspendedBy.get(`${instanceId} ${region}`) === token;
            assert.ok(!isLeft, "an `up` that succeeds leaves no suspension of its own");
        }
    }
}

/** Nothing was sent: the result stays, or says that there was nothing to resume. */
function expectResultKept(step: ObservedStep, kind: "record" | "none"): void {
    const { role, operation, before, after, failure } = step;
    const { result, suspension } = contract[role];
    assert.equal(failure, undefined);
    const isWritten = operation !== "same";
    const isNone = kind === "none" && isWritten;
    const old = operation === "create" || operation === "replace" ? undefined : before?.outputs;
    const kept = ["clientToken", "requestId", suspension, ...(isNone ? [] : ["status", result, `${result}At`])];
    const { clientToken, ...args } = argumentsIn(step);
    expectOutputs(after?.outputs ?? assert.fail("not recorded"), {
        ...(isWritten ? args : {}),
        ...Object.fromEntries(kept.map((name) => [name, old?.[name]])),
        ...(isNone ? { status: "none", [result]: false, [`${result}At`]: undefined } : {}),
    });
}

/** Later runs compare with outputs only, and need the provider stub. */
function expectOutputs(outputs: Properties, expected: Properties): void {
    const actual = Object.fromEntries(Object.keys(expected).map((name) => [name, outputs[name]]));
    assert.deepEqual(actual, expected);
    assert.equal(outputs.__provider, providerStub);
}

/** A success records the status of the instance, or `accepted` if nothing was polled. */
function expectTrueStatus(step: ObservedStep, isAccepted: boolean): void {
    const { role, requests, after, status } = step;
    if (after?.outputs.status === "accepted") {
        const mayTrust = argumentsIn(step)[contract[role].waitArgument] === false || (role === "resume" && isAccepted);
        assert.ok(mayTrust, "`accepted` is recorded only if nothing was polled");
    } else {
        assert.equal(after?.outputs.status, status, "the recorded status is that of the instance");
        assert.ok(requests.some(({ operation }) => operation === "DescribeLogstash"));
    }
}

/** The preview showed the same operation and lines, if it knew all values. */
function expectPreviewed({ steps }: Run, step: ObservedStep): void {
    const previewed = steps.find(({ urn }) => urn === step.urn);
    if (previewed === undefined) {
        const isRejected = steps.some(({ operation }) => operation === "rejected");
        assert.ok(isRejected, "a preview shows every resource");
    } else if (isDeepStrictEqual(previewed.inputs, step.inputs)) {
        assert.equal(step.operation, previewed.operation, "a preview shows the operation");
        assert.deepEqual(step.lines.slice(0, previewed.lines.length), previewed.lines, "a preview shows the lines");
        const isAnnounced = previewed.lines.length > 0 || ["create", "replace"].includes(previewed.operation);
        assert.ok(isAnnounced || step.requests.length === 0, "a request is announced");
    }
}

/** An error names the operation, the instance and the region, and contains no secret. */
function expectErrorText(failure: string, { role, inputs }: ObservedStep): void {
    const start = `${contract[role].operation} on ${inputs.instanceId} in ${inputs.region}: `;
    assert.ok(failure.startsWith(start), failure);
    assert.doesNotMatch(failure, /undefined|\[object|unexpected error/);
    assert.ok(!failure.includes(testAccount.accessKeySecret));
}
