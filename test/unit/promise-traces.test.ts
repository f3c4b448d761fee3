import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt, LogstashTaskResume } from "../../provider/src/index";
import { withoutPromiseTraces } from "../../provider/src/resources/promiseTraces";

type Format = typeof Error.prepareStackTrace | undefined;

const formatted: NonNullable<Format> = (error, callSites) => `formatted ${error.message} ${callSites.length > 0}`;

/** Runs a test with the formatting of traces that a program may have, and then restores that of this process. */
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

/** The head of a trace, read at once, because it is formatted when it is read. */
const traceOf = (message: string): string => String(new Error(message).stack).split("\n", 2).join("\n");

/** An error's call site in a file, or in none. */
function callSite(fileName: string | undefined): NodeJS.CallSite {
    return { getFileName: () => fileName, toString: () => `f (${fileName})` } as NodeJS.CallSite;
}

describe("the format of traces", () => {
    before(() =>
        pulumi.runtime.setMocks({
            newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
            call: ({ inputs }) => inputs,
        }),
    );
    afterEach(() => {
        delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
    });

    for (const [whose, format, traces] of [
        ["Node.js's", undefined, ["Error: e\n    at f (undefined)", "Error: e"]],
        ["the program's", formatted, ["formatted e true", "formatted e false"]],
    ] as const) {
        it(`is ${whose} for all errors but those of Pulumi's promises, and restored afterwards`, () => {
            withFormat(format, () => {
                const before = [Object.getOwnPropertyDescriptor(Error, "prepareStackTrace"), traceOf("mine")];
                const restore = withoutPromiseTraces();
                assert.equal(traceOf("mine"), before[1]);
                const during = Error.prepareStackTrace ?? assert.fail("nothing formats them");
                const ofPulumi = [callSite("/a/debuggable.js"), callSite("/a/b.js")];
                const shown = [ofPulumi, [callSite(undefined)], []].map((each) => during(new Error("e"), each));
                assert.deepEqual(shown.map(String), ["Error: e", ...traces]);
                restore();
                const after = [Object.getOwnPropertyDescriptor(Error, "prepareStackTrace"), traceOf("mine")];
                assert.deepEqual(after, before);
            });
        });
    }

    it("is left alone when Pulumi is to report leaked promises", () => {
        process.env.PULUMI_DEBUG_PROMISE_LEAKS = "true";
        withFormat(formatted, () => {
            const restore = withoutPromiseTraces();
            assert.equal(Error.prepareStackTrace, formatted);
            restore();
            assert.equal(Error.prepareStackTrace, formatted);
        });
    });

    for (const kind of [LogstashTaskInterrupt, LogstashTaskResume]) {
        it(`is restored when a constructor returns or throws: ${kind.name}`, () => {
            const files: unknown[] = [];
            const noted: Format = (error, callSites) => {
                files.push(callSites[0]?.getFileName());
                return formatted(error, callSites);
            };
            withFormat(noted, () => {
                new kind("task", { instanceId: "ls-cn-1" });
                assert.equal(Error.prepareStackTrace, noted);
                assert.throws(() => new kind("task", { instanceId: "ls-cn-1" }, { parent: {} as pulumi.Resource }));
                assert.equal(Error.prepareStackTrace, noted);
            });
            assert.ok(files.length > 0 && !files.some((file) => String(file).endsWith("debuggable.js")));
        });
    }
});
