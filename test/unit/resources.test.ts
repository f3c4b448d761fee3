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
    const folder = mkdtempSync(join(tmpdir(), "logstash-resources-"));
    const missing = () => new pulumi.asset.FileAsset(join(folder, "missing"));

    before(() =>
        pulumi.runtime.setMocks(
            { newResource: ({ name, inputs: state }) => ({ id: name, state }), call: ({ inputs: given }) => given },
            "project",
            "stack",
        ),
    );
    after(() => rmSync(folder, { recursive: true }));

    it("has a class for each operation, of its type", () => {
        for (const operation of Object.keys(operations) as Operation[]) {
            const { __pulumiType } = classes[operations[operation].resource] as { readonly __pulumiType: string };
            assert.equal(__pulumiType, typeTokenOf(operation));
        }
        assert.equal(Object.keys(classes).length, Object.keys(operations).length);
    });

    it("is known by its class, even one of another copy of the package", () => {
        const resume = new LogstashTaskResume("task", { instanceId });
        for (const known of [resume, { __pulumiType: LogstashTaskResume.__pulumiType }]) {
            assert.ok(LogstashTaskResume.isInstance(known));
            assert.ok(!LogstashTaskInterrupt.isInstance(known));
        }
        const others = [undefined, null, "LogstashTaskResume", {}, { __pulumiType: "other:index:Type" }];
        assert.ok(!others.some((other) => LogstashTaskResume.isInstance(other)));
        assert.ok(LogstashTaskInterrupt.isInstance(declare({})));
    });

    it("shows the default of an argument as its output when the program gives no value", async () => {
        const { timeoutSeconds, waitForSuspended, whenIdle } = declare({});
        const interrupt = await resolved({ timeoutSeconds, waitForSuspended, whenIdle });
        assert.deepEqual(interrupt, { timeoutSeconds: 600, waitForSuspended: true, whenIdle: "fail" });
        for (const [args, expected] of [
            [{ triggers: ["v1"] }, "fail"],
            [{ interruption: pulumi.output("") }, "skip"],
            [{ triggers: ["v1"], whenNotSuspended: "skip" }, "skip"],
        ] as const) {
            assert.equal(
                await resolved(new LogstashTaskResume("task", { instanceId, ...args }).whenNotSuspended),
                expected,
            );
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

    it("passes its client token on, and rejects the input, without its value, when the token is a secret", async () => {
        assert.equal(inputs({ clientToken: "mine" }).clientToken, "mine");
        assert.equal(inputs({}).clientToken, undefined);
        assert.equal(await resolved(inputs({ clientToken: pulumi.output("mine") }).clientToken), "mine");
        const { clientToken } = inputs({ clientToken: pulumi.secret("canary") });
        await assert.rejects(resolved(clientToken), ({ message }: Error) => {
            assert.match(message, /the `clientToken` of a LogstashTaskInterrupt is a secret/);
            return !message.includes("canary");
        });
    });

    describe("with triggers", () => {
        it("turns them into JSON leaf by leaf, through outputs and promises", async () => {
            const file = join(folder, "conf.txt");
            writeFileSync(file, "content");
            const [date, text] = [new Date(0), "1970-01-01T00:00:00.000Z"];
            const { triggers } = inputs({
                triggers: [
                    { at: date, deep: [null, 1.5, true] },
                    pulumi.output(1).apply(() => date),
                    Promise.resolve({ file: new pulumi.asset.FileAsset(file) }),
                    new pulumi.asset.StringAsset("content"),
                    Object.assign(Object.create(null), { at: date }),
                    undefined,
                ],
            });
            const [hash, deep] = [sha256("content"), [null, 1.5, true]];
            assert.deepEqual(await resolved(triggers), [
                { at: text, deep },
                text,
                { file: hash },
                hash,
                { at: text },
                null,
            ]);
            const later = inputs({ triggers: pulumi.output(0).apply(() => [date]) });
            assert.deepEqual(await resolved(later.triggers), [text]);
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

        /** The error of a trigger, at once or later. */
        const errorOf = async (trigger: unknown): Promise<Error> => {
            const all = async () => Promise.all(normalizedTriggers([trigger]) as unknown[]);
            return all().then(
                () => assert.fail("it was accepted"),
                (error) => error,
            );
        };

        it("names the program's line, and for a missing file its name and the reason", async () => {
            for (const trigger of [10n, missing()]) {
                const { message, stack = "" } = await errorOf(trigger);
                const [first = "", ...places] = (stack.split(`${message}\n`)[1] ?? "").split("\n");
                assert.match(first, /^ +at .*resources\.test/);
                assert.doesNotMatch(stack, /resources[/\\]triggers/);
                assert.ok(places.every((place) => /^ +at (?!.* at )/.test(place)));
            }
            const reason = /^triggers\[0\] is a FileAsset of ".*missing", which cannot be read: ENOENT$/;
            assert.match((await errorOf(missing())).message, reason);
        });
    });

    const rejected = () => Promise.resolve(new Map());
    const thrown: Readonly<Record<string, () => readonly [args: object, opts?: object]>> = {
        "a missing file and a Map": () => [{ triggers: [missing(), new Map()] }],
        "a promise of a Map, and a Map": () => [{ triggers: [rejected(), new Map()] }],
        "an Output of a BigInt, and a Map": () => [{ triggers: [pulumi.output(1).apply(() => 10n), new Map()] }],
        "a bad parent and a promise of a Map": () => [{ triggers: [rejected()] }, { parent: {} }],
        "a bad parent and a secret token": () => [{ clientToken: pulumi.secret("t") }, { parent: {} }],
    };
    for (const [what, given] of Object.entries(thrown)) {
        it(`leaves no rejection behind that ends the program when it throws because of ${what}`, async () => {
            const unhandled = await unhandledIn(() => assert.throws(() => declare(...given())));
            assert.deepEqual(unhandled, []);
        });
    }

    describe("is refused", () => {
        class Provider extends pulumi.ProviderResource {}
        const provider = (name: string, pkg = "alicloud") => new Provider(pkg, name, {});
        const [noProfile, profile] = [{}, { profile: "other" }];

        it("when JavaScript gives no instance", () => {
            for (const args of [undefined, null, {}, { instanceId: undefined }]) {
                const make = () => new LogstashTaskInterrupt("pause", args as unknown as { instanceId: string });
                assert.throws(make, (error: unknown) => {
                    assert.ok(pulumi.ResourceError.isInstance(error));
                    return error.message.startsWith("LogstashTaskInterrupt needs the argument `instanceId`");
                });
            }
        });

        it("when it is to be imported, because there is nothing to read", () => {
            for (const option of ["id", "import"]) {
                const make = () => declare({}, { [option]: "ls-cn-1" });
                assert.throws(make, /LogstashTaskInterrupt can be neither imported/);
            }
        });

        it("when it has a direct provider, even if it has a profile", () => {
            for (const opts of [{ provider: provider("direct") }, { providers: [provider("list")] }]) {
                assert.throws(() => declare(profile, opts), /cannot use the `provider` option/);
            }
        });

        it("when it inherits a provider of alicloud, unless it has a profile", () => {
            const outer = new Component("outer", { providers: [provider("a")] });
            const parent = new Component("inner", { parent: outer });
            const words = /inherits a provider of the package alicloud[\s\S]*`profile`[\s\S]*outside the component/;
            assert.throws(() => declare(noProfile, { parent }), words);
            declare(profile, { parent });
        });

        it("when it inherits a provider of pulumi-nodejs, even if it has a profile", () => {
            const parent = new Component("outer", { providers: { "pulumi-nodejs": provider("js", "pulumi-nodejs") } });
            const words = /of the package pulumi-nodejs[\s\S]*outside the component, or use the plugin/;
            assert.throws(() => declare(profile, { parent }), words);
        });

        it("not when its component has no provider, or one of another package", () => {
            declare({}, { parent: new Component("plain") });
            declare({}, { parent: new Component("other", { providers: [provider("d", "aws")] }) });
        });
    });
});
