import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt, LogstashTaskResume } from "../../provider/src/index";
import { withoutPromiseTraces } from "../../provider/src/resources/promiseTraces";

type Format = typeof Error.prepareStackTrace | undefined;

const instanceId = "ls-cn-unit0001";

const formatted: NonNullable<Format> = (error, callSites) => `formatted ${error.message} ${callSites.length > 0}`;

/** Runs a test with the formatting of traces that a program may have, and then puts back that of this one. */
function withFormat(format: Format, test: () => void): void {
    const own = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
    Reflect.deleteProperty(Error, "prepareStackTrace");
    if (format !== undefined) {
        Error.prepareStackTrace = format;
    }
    try {
        test();
    } finally {
        Reflect.deleteProperty(Error, "prepareStackTrace");
        if (own !== undefined) {
            Object.defineProperty(Error, "prepareStackTrace", own);
        }
    }
}

/** The trace of an error, made in one place and read at once, since it is formatted when it is read. */
function traceOf(message: string): unknown {
    return new Error(message).stack;
}

/** What is observed before, while, and after traces of promises are left out. */
function threeTimes<T>(observe: () => T): readonly [before: T, during: T, after: T] {
    const seen: T[] = [];
    let restore: (() => void) | undefined;
    for (const when of ["before", "during", "after"]) {
        if (when === "during") {
            restore = withoutPromiseTraces();
        } else {
            restore?.();
        }
        seen.push(observe());
    }
    return seen as unknown as readonly [T, T, T];
}

/** A call site as an error has it that was made in a file, or in none. */
function callSite(fileName: string | undefined): NodeJS.CallSite {
    return { getFileName: () => fileName, toString: () => `f (${fileName})` } as NodeJS.CallSite;
}

describe("traces while a resource is made", () => {
    const debugLeaks = process.env.PULUMI_DEBUG_PROMISE_LEAKS;

    beforeEach(() => {
        delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
    });
    afterEach(() => {
        delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
        if (debugLeaks !== undefined) {
            process.env.PULUMI_DEBUG_PROMISE_LEAKS = debugLeaks;
        }
    });

    for (const [how, format] of [
        ["by Node.js", undefined],
        ["by the program's own function", formatted],
    ] as const) {
        it(`are as always where they are formatted ${how}`, () => {
            withFormat(format, () => {
                const [before, during, after] = threeTimes(() => traceOf("of the program"));
                assert.match(
                    String(before),
                    format === undefined ? /promise-traces\.test/ : /^formatted of the program true$/,
                );
                assert.equal(during, before);
                assert.equal(after, before);
            });
        });

        it(`leave the formatting as it was: ${how}`, () => {
            withFormat(format, () => {
                const [before, , after] = threeTimes(() => Object.getOwnPropertyDescriptor(Error, "prepareStackTrace"));
                assert.deepEqual(after, before);
            });
        });

        it(`have no line where nobody reads them, and no failure where there is none: ${how}`, () => {
            withFormat(format, () => {
                const restore = withoutPromiseTraces();
                try {
                    const format = Error.prepareStackTrace ?? assert.fail("nothing formats them");
                    const traces = [[callSite("/a/debuggable.js"), callSite("/a/b.js")], [callSite(undefined)], []].map(
                        (callSites) => String(format(new Error("e"), callSites)),
                    );
                    assert.equal(traces[0], "Error: e");
                    assert.deepEqual(
                        traces.slice(1),
                        how === "by Node.js"
                            ? ["Error: e\n    at f (undefined)", "Error: e"]
                            : ["formatted e true", "formatted e false"],
                    );
                } finally {
                    restore();
                }
            });
        });
    }

    it("are all formatted where Pulumi is to report leaked promises", () => {
        process.env.PULUMI_DEBUG_PROMISE_LEAKS = "true";
        withFormat(formatted, () => {
            const restore = withoutPromiseTraces();
            assert.equal(Error.prepareStackTrace, formatted);
            restore();
            assert.equal(Error.prepareStackTrace, formatted);
        });
    });

    describe("by a constructor", () => {
        before(async () => {
            await pulumi.runtime.setMocks({
                newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
                call: ({ inputs }) => inputs,
            });
        });

        for (const kind of [LogstashTaskInterrupt, LogstashTaskResume]) {
            it(`are formatted again after it, and after one that throws: ${kind.name}`, () => {
                withFormat(formatted, () => {
                    new kind("task", { instanceId });
                    assert.equal(Error.prepareStackTrace, formatted);
                    assert.throws(() => new kind("task", { instanceId }, { parent: {} as pulumi.Resource }));
                    assert.equal(Error.prepareStackTrace, formatted);
                });
            });

            it(`name the program's line, and are not formatted for Pulumi's promises: ${kind.name}`, () => {
                const files: (readonly (string | null | undefined)[])[] = [];
                const noted: Format = (error, callSites) => {
                    files.push(callSites.map((site) => site.getFileName()));
                    return formatted(error, callSites);
                };
                withFormat(noted, () => new kind("task", { instanceId }));
                assert.ok(files.some((trace) => trace.includes(__filename)));
                assert.ok(!files.some(([first]) => first?.endsWith("debuggable.js")));
            });
        }
    });
});
