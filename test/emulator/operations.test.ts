import assert from "node:assert/strict";
import { type Emulator, type Operation, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { createInstance } from "../../emulator/src/cloud/instance";
import {
    descriptorOf,
    type OperationDescriptor,
    operationNames,
    type Reactions,
    reactionOf,
} from "../../emulator/src/cloud/operations";
import { startChange } from "../../emulator/src/cloud/state";

const reject = () => ({
    kind: "rejected" as const,
    rejection: { status: 400, code: "InstanceStatusNotSupportCurrentAction", message: "Not now." },
});

const reactions: Reactions = {
    active: (_state, transitions, now) => ({ kind: "changed", state: startChange(transitions, now) }),
    changing: reject,
    interrupting: reject,
    suspended: reject,
    resuming: reject,
    blocked: reject,
};

/** An operation that the emulator does not have, to see that a descriptor is all it needs. */
const restart = {
    method: "POST",
    path: "/openapi/logstashes/:instanceId/actions/restart",
    ramAction: "elasticsearch:RestartLogstash",
    takesClientToken: true,
    reactions,
    result: ({ instanceId }) => ({ instanceId }),
} satisfies OperationDescriptor;

describe("emulator: operations", () => {
    let emulator: Emulator;
    beforeEach(async () => {
        emulator = await startEmulator();
    });
    afterEach(() => emulator.stop());

    it("have a name that exists, or nothing is done", async () => {
        const unknown = "NoSuchOperation" as Operation;
        assert.throws(() => descriptorOf(unknown), /has no operation "NoSuchOperation"/);
        assert.throws(() => descriptorOf("toString" as Operation), /has no operation "toString"/);
        assert.throws(() => emulator.ledger.requestsTo(unknown), /has no operation "NoSuchOperation"/);
        const url = `${emulator.url}/openapi/logstashes/ls-cn-a/actions/restart`;
        const response = await fetch(url, { method: "POST" });
        assert.equal(((await response.json()) as { Code: string }).Code, "InvalidAction.NotFound");
        assert.equal(emulator.ledger.requests.length, 0);
    });

    it("are served at the path and by the method of their descriptor alone", async () => {
        for (const operation of operationNames) {
            const { method, path } = descriptorOf(operation);
            const url = emulator.url + path.replace(":instanceId", "ls-cn-a");
            const before = emulator.ledger.requestsTo(operation).length;
            for (const other of ["GET", "POST", "PUT", "DELETE"]) {
                await fetch(url, { method: other });
            }
            const routed = operationNames.filter((name) => descriptorOf(name).path === path);
            assert.deepEqual(routed, [operation]);
            assert.equal(emulator.ledger.requestsTo(operation).length - before, 1, `${method} ${path}`);
        }
        assert.equal(emulator.ledger.requests.length, operationNames.length);
    });

    it("are described by one descriptor, which decides what each phase does", () => {
        const { state, transitions } = createInstance(
            { instanceId: "ls-cn-a", status: "active", changeMs: 10 },
            "cn-a",
            5,
        );
        const reaction = reactionOf(restart, state, transitions, 5);
        assert.deepEqual(reaction, { kind: "changed", state: { kind: "changing", since: 5, endsAt: 15 } });
    });

    it("do not compile with something missing", () => {
        const { resuming: _resuming, ...lessReactions } = reactions;
        // @ts-expect-error: a phase is missing
        const lessOnePhase: OperationDescriptor = { ...restart, reactions: lessReactions };
        const { takesClientToken: _token, ...lessToken } = restart;
        // @ts-expect-error: whether it takes a client token is missing
        const lessClientToken: OperationDescriptor = lessToken;
        const { changing } = descriptorOf("InterruptLogstashTask").reactions;
        // @ts-expect-error: an interrupt needs a running change
        const interrupted: Reactions = { ...reactions, active: changing };
        for (const incomplete of [lessOnePhase, lessClientToken, { ...restart, reactions: interrupted }]) {
            assert.ok(incomplete.path.length > 0);
        }
    });
});
