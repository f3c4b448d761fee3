import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt, LogstashTaskResume } from "../../provider/src/index";
import { withoutPromiseTraces } from "../../provider/src/resources/promiseTraces";

type Format = NonNullable<typeof Error.prepareStackTrace>;

const formatted: Format = (error, callSites) => `formatted ${error.message} ${callSites.length > 0}`;
const current = () => Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");

/** An error's call site in a file, or in none. */
function callSite(fileName: string | undefined): NodeJS.CallSite {
    return { getFileName: () => fileName, toString: () => `f (${fileName})` } as NodeJS.CallSite;
}

describe("the format of traces", () => {
    const own = current();
    before(() =>
        pulumi.runtime.setMocks({
            newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
            call: ({ inputs }) => inputs,
        }),
    );
    beforeEach(() => Reflect.deleteProperty(Error, "prepareStackTrace"));
    afterEach(() => {
        delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
        Reflect.deleteProperty(Error, "prepareStackTrace");
        Object.defineProperties(Error, own === undefined ? {} : { prepareStackTrace: own });
    });

    for (const [whose, format, traces] of [
        ["Node.js's", undefined, ["Error: e\n    at f (undefined)", "Error: e"]],
        ["the program's", formatted, ["formatted e true", "formatted e false"]],
    ] as const) {
        it(`is ${whose} for all errors but those of Pulumi's promises, and restored afterwards`, () => {
            Object.assign(Error, format && { prepareStackTrace: format });
            const before = current();
            const restore = withoutPromiseTraces();
            const during = Error.prepareStackTrace ?? assert.fail("nothing formats them");
            const ofPulumi = [callSite("/a/debuggable.js"), callSite("/a/b.js")];
            const shown = [ofPulumi, [callSite(undefined)], []].map((each) => during(new Error("e"), each));
            assert.deepEqual(shown.map(String), ["Error: e", ...traces]);
            restore();
            assert.deepEqual(current(), before);
        });
    }

    it("is left alone when Pulumi is to report leaked promises", () => {
        process.env.PULUMI_DEBUG_PROMISE_LEAKS = "true";
        Error.prepareStackTrace = formatted;
        const restore = withoutPromiseTraces();
        assert.equal(Error.prepareStackTrace, formatted);
        restore();
        assert.equal(Error.prepareStackTrace, formatted);
    });

    for (const kind of [LogstashTaskInterrupt, LogstashTaskResume]) {
        it(`is restored when a constructor returns or throws: ${kind.name}`, () => {
            const files: unknown[] = [];
            const noted: Format = (error, callSites) => {
                files.push(callSites[0]?.getFileName());
                return formatted(error, callSites);
            };
            Error.prepareStackTrace = noted;
            new kind("task", { instanceId: "ls-cn-1" });
            assert.equal(Error.prepareStackTrace, noted);
            assert.throws(() => new kind("task", { instanceId: "ls-cn-1" }, { parent: {} as pulumi.Resource }));
            assert.equal(Error.prepareStackTrace, noted);
            assert.ok(files.length > 0 && !files.some((file) => String(file).endsWith("debuggable.js")));
        });
    }
});
