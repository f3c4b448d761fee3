import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { guarded } from "../../provider/src/resources/guarded";
import { unhandledIn } from "./unhandled";

const failure = () => Promise.reject(new Error("failed"));

describe("what a constructor leaves behind", () => {
    it("ends the program where it is not guarded, so that these tests notice", async () => {
        assert.equal((await unhandledIn(() => failure())).length, 1);
    });

    it("does not end the program, as a promise or as an Output", async () => {
        assert.deepEqual(await unhandledIn(() => guarded(failure())), []);
        assert.deepEqual(await unhandledIn(() => guarded(pulumi.output(failure()))), []);
    });

    it("does not end it as an Output of another copy of Pulumi, which keeps what it gives", async () => {
        const made = () => {
            const [value, resources] = [failure(), failure()];
            const output = { __pulumiOutput: true, promise: () => value, allResources: () => resources };
            guarded({ ...output, isKnown: failure(), isSecret: failure() });
        };
        assert.deepEqual(await unhandledIn(made), []);
    });

    it("may be an Output of a copy of Pulumi that lacks a part, or a plain value", () => {
        const output = { __pulumiOutput: true, promise: () => Promise.resolve(1), isKnown: Promise.resolve(true) };
        for (const value of [output, "plain", undefined]) {
            assert.equal(guarded(value), value);
        }
    });

    it("still fails where somebody waits for it", async () => {
        await assert.rejects(guarded(failure()), /failed/);
    });
});
