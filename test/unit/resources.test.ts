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
import { unhandledIn } from "./unhandled";

/** What every resource class is; an operation without one of its name does not compile. */
const classes: Readonly<Record<(typeof operations)[Operation]["resource"], { readonly __pulumiType: string }>> =
    resources;

const instanceId = "ls-cn-unit0001";
let registered: Record<string, unknown>[] = [];

class Component extends pulumi.ComponentResource {
    constructor(name: string, opts: pulumi.ComponentResourceOptions = {}) {
        super("test:index:Component", name, {}, opts);
    }
}

/** The inputs with which the engine is asked for an interrupt. */
async function inputsOf(triggers: unknown): Promise<Record<string, unknown>> {
    const task = new LogstashTaskInterrupt("task", { instanceId, triggers: triggers as never });
    await new Promise((resolve) => pulumi.output(task.urn).apply(resolve));
    return registered.at(-1) ?? assert.fail("nothing was registered");
}

describe("the resources in a program", () => {
    let folder: string;

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "logstash-resources-"));
        await pulumi.runtime.setMocks({
            newResource({ type, name, inputs }) {
                if (type.includes("Logstash")) {
                    registered.push(inputs);
                }
                return { id: name, state: inputs };
            },
            call: ({ inputs }) => inputs,
        });
    });
    after(() => rmSync(folder, { recursive: true }));
    beforeEach(() => {
        registered = [];
    });

    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

    it("turn triggers into JSON leaf by leaf, through outputs and promises", async () => {
        const file = join(folder, "conf.txt");
        writeFileSync(file, "content");
        const date = new Date(Date.UTC(2026, 0, 1));
        const { triggers } = await inputsOf([
            "v1",
            { at: date, deep: [null, 1.5, true] },
            pulumi.output(1).apply(() => date),
            Promise.resolve({ file: new pulumi.asset.FileAsset(file) }),
            new pulumi.asset.StringAsset("content"),
        ]);
        assert.deepEqual(triggers, [
            "v1",
            { at: "2026-01-01T00:00:00.000Z", deep: [null, 1.5, true] },
            "2026-01-01T00:00:00.000Z",
            { file: sha256("content") },
            sha256("content"),
        ]);
    });

    it("take a whole list that comes later", async () => {
        const { triggers } = await inputsOf(pulumi.output(0).apply(() => [new Date(0)]));
        assert.deepEqual(triggers, ["1970-01-01T00:00:00.000Z"]);
    });

    const lost: ReadonlyArray<readonly [value: unknown, words: RegExp]> = [
        [new Map(), /triggers\[0\] is a Map, of which JSON would lose a part/],
        [{ a: new Set([1]) }, /triggers\[0\]\.a is a Set/],
        [10n, /is a BigInt/],
        [Number.NaN, /is NaN, which JSON cannot hold/],
        [Number.POSITIVE_INFINITY, /is Infinity/],
        [new Date(Number.NaN), /is an invalid date/],
        [() => 1, /is a function/],
        [Symbol("s"), /is a symbol/],
        [/x/, /is a RegExp/],
        [new URL("https://a.test"), /is a URL/],
        [Buffer.from("x"), /is a Buffer/],
        [new pulumi.asset.RemoteAsset("https://a.test"), /is an asset whose content is not known/],
        [new pulumi.asset.FileArchive("."), /is an archive/],
        ["release \ud83d", /^Error: triggers\[0\] has half a character/],
        [JSON.parse('{"__proto__": 1}'), /^Error: triggers\[0\]\.__proto__ has a key that Pulumi loses/],
        [{ "": 1 }, /^Error: triggers\[0\]\[""\] has a key that Pulumi loses/],
        ["x".repeat(100_000), /^Error: triggers: has more than 100 kB/],
    ];
    for (const [value, words] of lost) {
        it(`refuse a trigger that JSON would lose: ${words.source}`, () => {
            assert.throws(() => new LogstashTaskInterrupt("task", { instanceId, triggers: [value] }), words);
        });
    }

    it("refuse triggers that contain themselves", () => {
        const triggers: unknown[] = [];
        triggers.push({ again: triggers });
        assert.throws(
            () => new LogstashTaskInterrupt("task", { instanceId, triggers }),
            /^Error: triggers\[0\]\.again contains itself/,
        );
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
            "a bad parent and a missing file": () => [{ triggers: [missing()] }, { parent: {} }],
            "a bad parent and a secret token": () => [{ clientToken: pulumi.secret("t") }, { parent: {} }],
        };
        for (const [what, given] of Object.entries(cases)) {
            it(`leave no rejection behind that ends the program: ${what}`, async () => {
                const unhandled = await unhandledIn(() => {
                    const [args, opts] = given();
                    assert.throws(() => new LogstashTaskInterrupt("task", { instanceId, ...args }, opts));
                });
                assert.deepEqual(unhandled, []);
            });
        }
    });

    it("refuse a resource as a trigger", () => {
        const triggers = [new Component("trigger")];
        assert.throws(() => new LogstashTaskInterrupt("task", { instanceId, triggers }), /is a resource: give one of/);
    });

    describe("and explicit providers", () => {
        class Provider extends pulumi.ProviderResource {}
        const provider = (name: string, pkg = "alicloud") => new Provider(pkg, name, {});
        const declare = (args: object, opts: object) =>
            new LogstashTaskInterrupt("task", { instanceId, ...args }, opts as LogstashTaskOptions);

        it("refuse a direct one, with a profile too", () => {
            for (const args of [{}, { profile: "other" }]) {
                assert.throws(
                    () => declare(args, { provider: provider("direct") }),
                    /cannot use the `provider` option/,
                );
                assert.throws(
                    () => declare(args, { providers: [provider("list")] }),
                    /cannot use the `provider` option/,
                );
            }
        });

        it("refuse one inherited through any depth of components, in each form", () => {
            for (const providers of [[provider("a")], { alicloud: provider("b") }]) {
                const outer = new Component("outer", { providers });
                const inner = new Component("inner", { parent: new Component("middle", { parent: outer }) });
                for (const parent of [outer, inner]) {
                    assert.throws(
                        () => declare({}, { parent }),
                        /inherits a provider of the package alicloud[\s\S]*`profile`[\s\S]*outside the component/,
                    );
                }
            }
        });

        it("take an inherited one where the resource has a profile of its own", () => {
            const parent = new Component("outer", { providers: [provider("c")] });
            declare({ profile: "other" }, { parent });
        });

        it("refuse an inherited one of pulumi-nodejs by naming the plugin, with a profile too", () => {
            const parent = new Component("outer", { providers: { "pulumi-nodejs": provider("js", "pulumi-nodejs") } });
            for (const args of [{}, { profile: "other" }]) {
                for (const of of [parent, new Component("inner", { parent })]) {
                    assert.throws(
                        () => declare(args, { parent: of }),
                        (error: unknown) =>
                            error instanceof pulumi.ResourceError &&
                            /of the package pulumi-nodejs[\s\S]*outside the component, or use the plugin/.test(
                                error.message,
                            ),
                    );
                }
            }
        });

        it("have no concern with a component without one, or with one of another package", () => {
            declare({}, { parent: new Component("plain") });
            declare({}, { parent: new Component("other", { providers: [provider("d", "aws")] }) });
        });
    });

    it("are one class for each operation, of its type", () => {
        for (const operation of Object.keys(operations) as Operation[]) {
            assert.equal(classes[operations[operation].resource].__pulumiType, typeTokenOf(operation));
        }
        assert.equal(Object.keys(resources).length, Object.keys(operations).length);
    });

    it("know their own instances, of another copy of the package too, and no others", () => {
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

    it("have an output for every argument, with its default where none is given", async () => {
        const interrupt = new LogstashTaskInterrupt("task", { instanceId, region: "cn-hangzhou" });
        const resumeOf = (args: object) =>
            new LogstashTaskResume("task", { instanceId, region: "cn-hangzhou", ...args });
        const outputsOf = ({ timeoutSeconds, waitForResumed, whenNotSuspended }: LogstashTaskResume) => ({
            timeoutSeconds,
            waitForResumed,
            whenNotSuspended,
        });
        const { waitForSuspended, whenIdle } = interrupt;
        const cases = [
            [
                { timeoutSeconds: interrupt.timeoutSeconds, waitForSuspended, whenIdle },
                { timeoutSeconds: 600, waitForSuspended: true, whenIdle: "fail" },
            ],
            [
                outputsOf(resumeOf({ triggers: ["v1"] })),
                { timeoutSeconds: 600, waitForResumed: true, whenNotSuspended: "fail" },
            ],
            [
                outputsOf(resumeOf({ interruption: pulumi.output("") })),
                { timeoutSeconds: 600, waitForResumed: true, whenNotSuspended: "skip" },
            ],
        ] as const;
        for (const [outputs, expected] of cases) {
            assert.deepEqual(await new Promise((resolve) => pulumi.output(outputs).apply(resolve)), expected);
        }
    });
});
