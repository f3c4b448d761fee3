import { behaviour, type Checked, codeRow, emulator, provider, sources } from "./assumption";
import { requestIdOf, wordOf } from "./visit";

const wrongPhase = "InstanceStatusNotSupportCurrentAction";

/** What only an interrupt or a resume can check, in the order in which one instance passes through it. */
export const calls = {
    resumeWhileChanging: {
        claim: "a resume of a running change is refused with this code",
        source: sources.phase,
        restsOn: [emulator("cloud/operations.ts", "changing: refuseStatus,"), codeRow(wrongPhase)],
        when: "changing",
        expected: [wrongPhase],
        check: async (visit) => wordOf(await visit.resume("early resume")),
    },
    acceptance: {
        claim: "an interrupt of a running change answers with `Result: true`",
        source: sources.interrupt,
        restsOn: [behaviour("acceptedResult"), provider("core/classify.ts", "switch (reply.body.Result) {")],
        when: "changing",
        expected: ["accepted"],
        check: async (visit) => wordOf(await visit.interrupt("interrupt")),
    },
    secondSignal: {
        claim: "another interrupt, while the first takes hold, is refused with this code",
        source: sources.sister,
        restsOn: [
            emulator("cloud/operations.ts", '"AlreadyReceivedInterruptSignal"'),
            codeRow("AlreadyReceivedInterruptSignal"),
        ],
        when: "interrupting",
        expected: ["AlreadyReceivedInterruptSignal"],
        check: async (visit) => wordOf(await visit.interrupt("second interrupt")),
    },
    interruptedStatus: {
        claim: "an instance whose change was interrupted has this status",
        source: `a word on ${sources.interrupt}; the console says Paused`,
        restsOn: [
            emulator("cloud/instance.ts", 'options.interruptedStatus ?? "suspended"'),
            provider("core/operations.ts", 'goal: ["suspended"]'),
        ],
        when: "interrupted",
        expected: ["suspended"],
        async check(visit) {
            await visit.settle();
            return visit.status ?? "not seen";
        },
    },
    replay: {
        claim: "a client token that comes again gets the first answer, before anyone asks for the phase",
        source: `${sources.idempotence}; the order: unknown`,
        restsOn: [
            emulator("cloud/tokens.ts", "export class TokenStore<Answer>"),
            behaviour("checkedFirst"),
            provider("core/conclusions.ts", 'case "wrongPhase":'),
        ],
        when: "interrupted",
        expected: ["accepted"],
        check: async (visit) => wordOf(await visit.interrupt("interrupt")),
    },
    replayedRequestId: {
        claim: "the answer to a token that comes again has the request ID of the first",
        source: sources.idempotence,
        restsOn: [behaviour("replayedRequestId"), provider("core/request.ts", "acceptance?.requestId ?? decidedBy")],
        when: "interrupted",
        expected: ["the first"],
        async check(visit) {
            const id = requestIdOf(await visit.interrupt("interrupt"));
            return id === undefined ? "none" : id === visit.interruptId ? "the first" : "another";
        },
    },
    interruptWhileSuspended: {
        claim: "an interrupt of a suspended instance is refused with this code",
        source: sources.phase,
        restsOn: [emulator("cloud/operations.ts", "function refuseStatus("), codeRow(wrongPhase)],
        when: "suspended",
        expected: [wrongPhase],
        check: async (visit) => wordOf(await visit.interrupt("third interrupt")),
    },
    permission: {
        claim: "whoever lacks the RAM action is refused with this code, before anyone asks for token and phase",
        source: "the vendor's page on RAM; the order: unknown",
        restsOn: [emulator("http/gateway.ts", 'code: "Forbidden.RAM"'), codeRow("Forbidden*")],
        when: "interruptedAndDenied",
        expected: ["Forbidden.RAM"],
        check: async (visit) => wordOf(await visit.interruptDenied("interrupt")),
    },
    mismatch: {
        claim: "a client token that comes again with another call is refused with this code",
        source: sources.sister,
        restsOn: [
            emulator("cloud/cloud.ts", '"IdempotentParameterMismatch"'),
            codeRow("IdempotentParameterMismatch"),
            provider("core/token.ts", "source.operation,"),
        ],
        when: "interrupted",
        expected: ["IdempotentParameterMismatch"],
        check: async (visit) => wordOf(await visit.resume("interrupt")),
    },
    refusalForgotten: {
        claim: "a client token whose call was refused in one phase is good in another",
        source: sources.unknown,
        restsOn: [
            behaviour("remembered"),
            provider("core/conclusions.ts", '{ kind: "look", after: "refusal" } : again'),
        ],
        when: "suspendedLater",
        expected: ["accepted"],
        check: async (visit) => wordOf(await visit.resume("early resume")),
    },
    resume: {
        claim: "a resume of a suspended instance is accepted",
        source: sources.resume,
        restsOn: [
            emulator("cloud/operations.ts", "suspended: (...call) => changeTo(resume(...call)),"),
            provider("core/operations.ts", 'path: "actions/resume"'),
        ],
        when: "suspended",
        expected: ["accepted"],
        check: async (visit) => wordOf(await visit.resume("resume")),
    },
    resumeLeaves: {
        claim: "right after an accepted resume the instance has this status",
        source: sources.unknown,
        restsOn: [
            emulator("cloud/instance.ts", "options.resumeStartsMs ?? 0"),
            provider("core/operations.ts", "It has ended once the instance has left `suspended`"),
        ],
        when: "resumed",
        expected: ["activating"],
        check: async (visit) => visit.status ?? "not seen",
    },
    secondResume: {
        claim: "another resume, while the first takes hold, is refused with this code",
        source: sources.phase,
        restsOn: [
            emulator("cloud/operations.ts", '"ConcurrencyUpdateInstanceConflict"'),
            codeRow("ConcurrencyUpdateInstanceConflict"),
        ],
        when: "resuming",
        expected: ["ConcurrencyUpdateInstanceConflict"],
        check: async (visit) => wordOf(await visit.resume("second resume")),
    },
    tokenMemory: {
        claim: "the answer to a client token is remembered for as long as --token-age says",
        source: sources.unknown,
        restsOn: [
            emulator("emulator.ts", "const dayMs ="),
            provider("core/conclusions.ts", "finishes this request with the same token; to"),
        ],
        when: "runsAgain",
        expected: ["accepted"],
        async check(visit) {
            const reply = await visit.resumeAgain();
            return reply === undefined ? undefined : wordOf(reply);
        },
    },
    interruptWhileIdle: {
        claim: "an interrupt is refused with this code where no change runs",
        source: sources.phase,
        restsOn: [emulator("cloud/operations.ts", "function refuseStatus("), codeRow(wrongPhase)],
        when: "idle",
        expected: [wrongPhase],
        check: async (visit) => wordOf(await visit.interrupt("third interrupt")),
    },
    resumeWhileIdle: {
        claim: "a resume is refused with this code where no change runs",
        source: sources.phase,
        restsOn: [emulator("cloud/operations.ts", "function refuseStatus("), codeRow(wrongPhase)],
        when: "idle",
        expected: [wrongPhase],
        check: async (visit) => wordOf(await visit.resume("second resume")),
    },
    interruptWhileFrozen: {
        claim: "an interrupt of a frozen instance is refused with this code",
        source: sources.phase,
        restsOn: [emulator("cloud/operations.ts", "function refuseStatus("), codeRow(wrongPhase)],
        when: "frozen",
        expected: [wrongPhase],
        check: async (visit) => wordOf(await visit.interrupt("third interrupt")),
    },
} as const satisfies Readonly<Record<string, Checked>>;
