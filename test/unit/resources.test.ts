import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as resources from "../../provider/src/index";
import { LogstashTaskInterrupt, type LogstashTaskOptions, LogstashTaskResume } from "../../provider/src/index";
import { typeTokenOf } from "../../provider/src/lifecycle/urn";
import { type Operation, operations } from "../../provider/src/operations/operations";
import { inputsOf } from "../../provider/src/resources/logstashTask";
import { normalizedTriggers } from "../../provider/src/resources/triggers";
import { interruptType } from "../support/urns";
import { unhandledIn } from "./unhandled";

const instanceId = "ls-cn-unit0001";
const classes: Readonly<Record<string, unknown>> = resources;

class Component extends pulumi.ComponentResource {
    constructor(name: string, opts: pulumi.ComponentResourceOptions = {}) {
        super("test:index:Component", name, {}, opts);
    }
}

const declare = (args: object, opts: object = {}) =>
    new LogstashTaskInterrupt("task", { instanceId, ...args }, opts as LogstashTaskOptions);
const inputs = (args: object, opts?: LogstashTaskOptions) =>
    inputsOf("InterruptLogstashTask", "task", { instanceId, ...args }, opts);
/** What an input resolves to, or its error. */
const resolved = (input: unknown): Promise<unknown> =>
    (pulumi.output(input) as unknown as { promise(): Promise<unknown> }).promise();
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("a resource in a program", () => {
    let folder: string;

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "logstash-resources-"));
        await pulumi.runtime.setMocks(
            { newResource: ({ name, inputs: state }) => ({ id: name, state }), call: ({ inputs: given }) => given },
            "project",
            "stack",
        );
    });
    after(() => rmSync(folder, { recursive: true }));

    it("has a class for each operation, of its type", () => {
        for (const operation of Object.keys(operations) as Operation[]) {
            const { __pulumiType } = classes[operations[operation].resource] as { readonly __pulumiType: string };
            assert.equal(__pulumiType, typeTokenOf(operation));
        }
        assert.equal(Object.keys(classes).length, Object.keys(operations).length);
    });

    it("is known by its class, even one of another copy of the package", () => {
        const [interrupt, resume] = [LogstashTaskInterrupt, LogstashTaskResume].map(
            (kind) => new kind("task", { instanceId }),
        );
        const ofAnotherCopy = { __pulumiType: LogstashTaskResume.__pulumiType };
        const others = [undefined, null, "LogstashTaskResume", {}, { __pulumiType: "other:index:Type" }, interrupt];
        for (const known of [resume, ofAnotherCopy]) {
            assert.ok(LogstashTaskResume.isInstance(known));
            assert.ok(!LogstashTaskInterrupt.isInstance(known));
        }
        assert.ok(LogstashTaskInterrupt.isInstance(interrupt));
        assert.ok(others.every((other) => !LogstashTaskResume.isInstance(other)));
    });

    it("shows the default of an argument as its output when the program gives no value", async () => {
        const region = "cn-hangzhou";
        const { timeoutSeconds, waitForSuspended, whenIdle } = declare({ region });
        const interrupt = await resolved({ timeoutSeconds, waitForSuspended, whenIdle });
        assert.deepEqual(interrupt, { timeoutSeconds: 600, waitForSuspended: true, whenIdle: "fail" });
        for (const [args, expected] of [
            [{ triggers: ["v1"] }, "fail"],
            [{ interruption: pulumi.output("") }, "skip"],
            [{ triggers: ["v1"], whenNotSuspended: "skip" }, "skip"],
        ] as const) {
            const resume = new LogstashTaskResume("task", { instanceId, region, ...args });
            const { waitForResumed, whenNotSuspended } = resume;
            assert.deepEqual(await resolved({ waitForResumed, whenNotSuspended }), {
                ...{ waitForResumed: true, whenNotSuspended: expected },
            });
        }
    });

    it("is given the URN that the engine will give it", async () => {
        const top = `urn:pulumi:stack::project::${interruptType}::task`;
        assert.equal(await resolved(inputs({}).resourceUrn), top);
        const stack = new pulumi.ComponentResource("pulumi:pulumi:Stack", "project-stack");
        assert.equal(await resolved(inputs({}, { parent: stack }).resourceUrn), top);
        const below = `urn:pulumi:stack::project::test:index:Component$${interruptType}::task`;
        assert.equal(await resolved(inputs({}, { parent: new Component("parent") }).resourceUrn), below);
    });

    describe("with a client token", () => {
        it("passes it on, at once or when it resolves", async () => {
            assert.equal(inputs({ clientToken: "mine" }).clientToken, "mine");
            assert.equal(inputs({}).clientToken, undefined);
            assert.equal(await resolved(inputs({ clientToken: pulumi.output("mine") }).clientToken), "mine");
            assert.equal(await resolved(inputs({ clientToken: Promise.resolve("mine") }).clientToken), "mine");
        });

        it("rejects the input, without its value, when the token is a secret", async () => {
            const { clientToken } = inputs({ clientToken: pulumi.secret("canary") });
            await assert.rejects(resolved(clientToken), ({ message }: Error) => {
                assert.match(message, /the `clientToken` of a LogstashTaskInterrupt is a secret/);
                return !message.includes("canary");
            });
        });
    });

    describe("with triggers", () => {
        it("turns them into JSON leaf by leaf, through outputs and promises", async () => {
            const file = join(folder, "conf.txt");
            writeFileSync(file, "content");
            const date = new Date(Date.UTC(2026, 0, 1));
            const { triggers } = inputs({
                triggers: [
                    { at: date, deep: [null, 1.5, true] },
                    pulumi.output(1).apply(() => date),
                    Promise.resolve({ file: new pulumi.asset.FileAsset(file) }),
                    new pulumi.asset.StringAsset("content"),
                    Object.assign(Object.create(null), { at: new Date(0) }),
                    undefined,
                ],
            });
            assert.deepEqual(await resolved(triggers), [
                { at: "2026-01-01T00:00:00.000Z", deep: [null, 1.5, true] },
                "2026-01-01T00:00:00.000Z",
                { file: sha256("content") },
                sha256("content"),
                { at: "1970-01-01T00:00:00.000Z" },
                null,
            ]);
            const later = inputs({ triggers: pulumi.output(0).apply(() => [new Date(0)]) });
            assert.deepEqual(await resolved(later.triggers), ["1970-01-01T00:00:00.000Z"]);
        });

        it("throws in the constructor when JSON would lose one", () => {
            for (const [value, words] of [
                [{ a: new Set([1]) }, /^Error: triggers\[0\]\.a is a Set, of which JSON would lose a part/],
                [new URL("https://a.test"), /is a URL/],
                [new pulumi.asset.RemoteAsset("https://a.test"), /is an asset whose content is not known/],
                [new pulumi.asset.FileArchive("."), /is an archive/],
                [new Component("trigger"), /is a resource: give one of its outputs/],
                [Object.create({ constructor: 1 }), /is a special object, of which JSON would lose a part/],
            ] as const) {
                assert.throws(() => declare({ triggers: [value] }), words);
            }
        });

        it("counts the bytes of those that resolve later too", async () => {
            const half = "x".repeat(60_000);
            const [, late] = normalizedTriggers([half, pulumi.output(half)]) as unknown[];
            await assert.rejects(resolved(late), /^Error: triggers: has more than 100 kB/);
            const [alone] = normalizedTriggers([pulumi.output(half)]) as unknown[];
            assert.equal(await resolved(alone), half);
        });

        it("throws the program's own error as it is", () => {
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

        async function errorOf(triggers: unknown): Promise<Error> {
            try {
                await Promise.all(normalizedTriggers(triggers) as unknown[]);
            } catch (error) {
                assert.ok(error instanceof Error);
                return error;
            }
            return assert.fail("they were accepted");
        }

        it("names the program's line, and for a missing file its name and the reason", async () => {
            const missing = new pulumi.asset.FileAsset(join(folder, "missing"));
            for (const trigger of [10n, missing]) {
                const { message, stack = "" } = await errorOf([trigger]);
                const [first = "", ...places] = (stack.split(`${message}\n`)[1] ?? "").split("\n");
                assert.match(first, /^ +at .*resources\.test/);
                assert.doesNotMatch(stack, /resources[/\\]triggers/);
                assert.ok(places.every((place) => /^ +at (?!.* at )/.test(place)));
            }
            const reason = /^triggers\[0\] is a FileAsset of ".*missing", which cannot be read: ENOENT$/;
            assert.match((await errorOf([missing])).message, reason);
        });

        it("names a missing file when the program keeps no traces", async () => {
            const { stackTraceLimit } = Error;
            Reflect.deleteProperty(Error, "stackTraceLimit");
            try {
                const { message, stack } = await errorOf([new pulumi.asset.FileAsset(join(folder, "missing"))]);
                assert.match(message, /cannot be read: ENOENT$/);
                assert.equal(stack, `Error: ${message}`);
            } finally {
                Error.stackTraceLimit = stackTraceLimit;
            }
        });
    });

    describe("whose constructor throws", () => {
        const missing = () => new pulumi.asset.FileAsset(join(folder, "missing"));
        const cases: Readonly<Record<string, () => readonly [args: object, opts: object]>> = {
            "a missing file and a Map": () => [{ triggers: [missing(), new Map()] }, {}],
            "a promise of a Map, and a Map": () => [{ triggers: [Promise.resolve(new Map()), new Map()] }, {}],
            "an Output of a BigInt, and a Map": () => [
                { triggers: [pulumi.output(1).apply(() => 10n), new Map()] },
                {},
            ],
            "a bad parent and a promise of a Map": () => [{ triggers: [Promise.resolve(new Map())] }, { parent: {} }],
            "a bad parent and a missing file": () => [{ triggers: [missing()] }, { parent: {} }],
            "a bad parent and a secret token": () => [{ clientToken: pulumi.secret("t") }, { parent: {} }],
        };
        for (const [what, given] of Object.entries(cases)) {
            it(`leaves no rejection behind that ends the program when it is given ${what}`, async () => {
                const unhandled = await unhandledIn(() => assert.throws(() => declare(...given())));
                assert.deepEqual(unhandled, []);
            });
        }

        it("is noticed by these tests when it leaves a rejection behind", async () => {
            assert.equal((await unhandledIn(() => Promise.reject(new Error("failed")))).length, 1);
        });
    });

    describe("is refused", () => {
        class Provider extends pulumi.ProviderResource {}
        const provider = (name: string, pkg = "alicloud") => new Provider(pkg, name, {});

        for (const args of [undefined, null, {}, { instanceId: undefined }]) {
            it(`when JavaScript gives ${JSON.stringify(args)} without an instance`, () => {
                const make = () => new LogstashTaskInterrupt("pause", args as unknown as { instanceId: string });
                assert.throws(make, (error: unknown) => {
                    assert.ok(pulumi.ResourceError.isInstance(error));
                    return error.message.startsWith("LogstashTaskInterrupt needs the argument `instanceId`");
                });
            });
        }

        for (const option of ["id", "import"]) {
            it(`with the option \`${option}\`, because there is nothing to read`, () => {
                assert.throws(
                    () => declare({}, { [option]: "ls-cn-1" }),
                    /LogstashTaskInterrupt can be neither imported/,
                );
            });
        }

        it("with a direct provider, even if it has a profile", () => {
            for (const args of [{}, { profile: "other" }]) {
                for (const opts of [{ provider: provider("direct") }, { providers: [provider("list")] }]) {
                    assert.throws(() => declare(args, opts), /cannot use the `provider` option/);
                }
            }
        });

        it("with a provider of alicloud inherited through any depth, unless it has a profile", () => {
            for (const providers of [[provider("a")], { alicloud: provider("b") }]) {
                const outer = new Component("outer", { providers });
                const inner = new Component("inner", { parent: new Component("middle", { parent: outer }) });
                for (const parent of [outer, inner]) {
                    const words =
                        /inherits a provider of the package alicloud[\s\S]*`profile`[\s\S]*outside the component/;
                    assert.throws(() => declare({}, { parent }), words);
                    declare({ profile: "other" }, { parent });
                }
            }
        });

        it("with a provider of pulumi-nodejs inherited from a component, even if it has a profile", () => {
            const outer = new Component("outer", { providers: { "pulumi-nodejs": provider("js", "pulumi-nodejs") } });
            const words = /of the package pulumi-nodejs[\s\S]*outside the component, or use the plugin/;
            for (const args of [{}, { profile: "other" }]) {
                for (const parent of [outer, new Component("inner", { parent: outer })]) {
                    assert.throws(() => declare(args, { parent }), words);
                }
            }
        });

        it("not below a component without a provider, or with one of another package", () => {
            declare({}, { parent: new Component("plain") });
            declare({}, { parent: new Component("other", { providers: [provider("d", "aws")] }) });
        });
    });
});
