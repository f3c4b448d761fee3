import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
    LogstashTaskInterrupt,
    type LogstashTaskInterruptArgs,
    type LogstashTaskOptions,
} from "../../provider/src/index";
import { inputsOf } from "../../provider/src/resources/logstashTask";
import { normalizedTriggers } from "../../provider/src/resources/triggers";

const instanceId = "ls-cn-unit0001";
const type = "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt";

/** What an input comes to, or the error it comes to. */
function comesTo(input: unknown): Promise<unknown> {
    return (pulumi.output(input) as unknown as { promise(): Promise<unknown> }).promise();
}

const inputs = (args: object, opts?: LogstashTaskOptions) =>
    inputsOf("InterruptLogstashTask", "task", { instanceId, ...args } as LogstashTaskInterruptArgs, opts);

describe("the inputs of a resource", () => {
    before(async () => {
        await pulumi.runtime.setMocks(
            { newResource: ({ name, inputs: state }) => ({ id: name, state }), call: ({ inputs: given }) => given },
            "project",
            "stack",
        );
    });

    describe("have the URN that the engine will give it", () => {
        const urnUnder = async (parent?: pulumi.Resource) =>
            comesTo(inputs({}, parent === undefined ? undefined : { parent }).resourceUrn);

        it("at the top of a stack", async () => {
            assert.equal(await urnUnder(), `urn:pulumi:stack::project::${type}::task`);
            const stack = new pulumi.ComponentResource("pulumi:pulumi:Stack", "project-stack");
            assert.equal(await urnUnder(stack), `urn:pulumi:stack::project::${type}::task`);
        });

        it("below a component, with its type", async () => {
            const parent = new pulumi.ComponentResource("test:index:Component", "parent");
            assert.equal(await urnUnder(parent), `urn:pulumi:stack::project::test:index:Component$${type}::task`);
        });
    });

    describe("have a client token", () => {
        it("where one is given, as it is", async () => {
            assert.equal(inputs({ clientToken: "mine" }).clientToken, "mine");
            assert.equal(inputs({}).clientToken, undefined);
        });

        it("that comes later, when it comes", async () => {
            assert.equal(await comesTo(inputs({ clientToken: pulumi.output("mine") }).clientToken), "mine");
            assert.equal(await comesTo(inputs({ clientToken: Promise.resolve("mine") }).clientToken), "mine");
        });

        it("never a secret, which is not told either", async () => {
            const { clientToken } = inputs({ clientToken: pulumi.secret("canary") });
            await assert.rejects(comesTo(clientToken), ({ message }: Error) => {
                assert.match(message, /the `clientToken` of a LogstashTaskInterrupt/);
                assert.doesNotMatch(message, /canary/);
                return true;
            });
        });
    });

    for (const option of ["id", "import"] as const) {
        it(`are refused with the option \`${option}\`: there is nothing to read`, () => {
            const make = () => new LogstashTaskInterrupt("task", { instanceId }, { [option]: "ls-cn-1" } as object);
            assert.throws(make, /LogstashTaskInterrupt.* import/);
        });
    }
});

describe("a resource without its instance", () => {
    for (const args of [undefined, null, {}, { instanceId: undefined }]) {
        it(`is rejected with the name of the argument when JavaScript gives ${JSON.stringify(args)}`, () => {
            const make = () => new LogstashTaskInterrupt("pause", args as unknown as LogstashTaskInterruptArgs);
            assert.throws(make, (error: unknown) => {
                assert.ok(pulumi.ResourceError.isInstance(error));
                assert.match(error.message, /^LogstashTaskInterrupt needs the argument `instanceId`/);
                return true;
            });
        });
    }
});

describe("triggers that are refused", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "logstash-triggers-"));
    });
    after(() => rmSync(folder, { recursive: true }));

    async function errorOf(triggers: unknown): Promise<Error> {
        try {
            await Promise.all(normalizedTriggers(triggers) as unknown[]);
        } catch (error) {
            assert.ok(error instanceof Error);
            return error;
        }
        return assert.fail("they were taken");
    }

    function expectPlaceOfCaller(error: Error): void {
        const [, first] = (error.stack ?? "").split(`${error.message}\n`);
        assert.match(first ?? "", /^ +at .*resource-inputs\.test/);
        assert.doesNotMatch(error.stack ?? "", /resources[/\\]triggers/);
        const places = (error.stack ?? "").split("\n").slice(1);
        assert.ok(places.length > 1 && places.every((place) => /^ +at (?!.* at )/.test(place)), error.stack);
    }

    it("name the place in the program", async () => {
        expectPlaceOfCaller(await errorOf([10n]));
    });

    it("name it for a file that is missing, too, with the file and the reason", async () => {
        const file = join(folder, "missing");
        const error = await errorOf([new pulumi.asset.FileAsset(file)]);
        assert.match(error.message, /^triggers\[0\] is a FileAsset of ".*missing", which cannot be read: ENOENT$/);
        expectPlaceOfCaller(error);
    });

    it("name the file and the reason where the program keeps no traces", async () => {
        const { stackTraceLimit } = Error;
        Reflect.deleteProperty(Error, "stackTraceLimit");
        try {
            const { message, stack } = await errorOf([new pulumi.asset.FileAsset(join(folder, "missing"))]);
            assert.match(message, /^triggers\[0\] is a FileAsset of ".*missing", which cannot be read: ENOENT$/);
            assert.equal(stack, `Error: ${message}`);
        } finally {
            Error.stackTraceLimit = stackTraceLimit;
        }
    });

    it("are counted in all, with the values that come later", async () => {
        const half = "x".repeat(60_000);
        const [, late] = normalizedTriggers([half, pulumi.output(half)]) as unknown[];
        await assert.rejects(comesTo(late), /^Error: triggers: has more than 100 kB/);
        const [alone] = normalizedTriggers([pulumi.output(half)]) as unknown[];
        assert.equal(await comesTo(alone), half);
    });

    it("are not those that throw something of the program's own, which stays as it is", () => {
        const thrown = Symbol("the program's");
        const trigger = {
            get version(): never {
                throw thrown;
            },
        };
        assert.throws(
            () => normalizedTriggers([trigger]),
            (error) => error === thrown,
        );
    });

    it("are named as what they are, also without a name", async () => {
        const unnamed = new (class {})();
        Object.defineProperty(unnamed.constructor, "name", { value: "" });
        for (const value of [unnamed, Object.create({ constructor: 1 })]) {
            assert.match(
                (await errorOf([value])).message,
                /^triggers\[0\] is a special object, of which JSON would lose/,
            );
        }
    });

    it("are not those without a prototype", () => {
        const bare = Object.assign(Object.create(null), { at: new Date(0) });
        assert.deepEqual(normalizedTriggers([bare, undefined]), [{ at: "1970-01-01T00:00:00.000Z" }, null]);
    });
});
