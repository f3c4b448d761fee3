import { strict as assert } from "node:assert";
import { Fixture } from "../../support/fixture";
import { header } from "../../support/programs";
import { expectFailure, expectSuccess } from "../../support/stack";

const instanceId = "ls-cn-inputs0001";

/** The line of the program that declares the resource. */
const atLine = /index\.js:4/;
const transformTo = (option: "transformations" | "transforms", triggers: string) =>
    `{ ${option}: [({ props, opts }) => ({ props: { ...props, triggers: [${triggers}] }, opts })] }`;
const wrong =
    'instanceId: "es-cn-inputs0001", clientToken: "ü-canary", trigger: ["v1"], timeoutSeconds: 0, whenIdle: "no", region: "x"';
const named = ["instanceId", "clientToken", "trigger", "timeoutSeconds", "whenIdle", "region"];

const rejected: readonly (readonly [title: string, args: string, options: string, ...prints: RegExp[]])[] = [
    [
        "names each wrong argument and not its value when several are wrong",
        wrong,
        "{}",
        ...named.map((name) => new RegExp(`\\b${name}: `)),
    ],
    [
        "names the path and the line of a trigger when JSON would lose it",
        "triggers: [{ m: new Map() }]",
        "{}",
        /triggers\[0\]\.m/,
        atLine,
    ],
    [
        "rejects an asset when a transformation puts it there, which would send its path",
        "",
        transformTo("transformations", 'new pulumi.asset.StringAsset("text")'),
        /triggers\[0\]/,
    ],
    [
        "keeps the program's line when the code of an option fails",
        "",
        '{ transformations: [() => { throw new Error("from an option"); }] }',
        /Error: from an option\s+at [^\n]*index\.js/,
    ],
    ["cannot be imported", "", `{ import: "${instanceId}" }`, /imported/, atLine],
    ["takes no `provider`", "", '{ provider: new pulumi.ProviderResource("alicloud", "a", {}) }', /`provider`/],
];

describe("a preview of an interrupt", () => {
    let fixture: Fixture;
    before(async () => {
        fixture = await Fixture.open({ instances: [instanceId] });
    });
    after(() => fixture.close());

    const declare = (args: string, options: string) =>
        fixture.stack.program(
            `${header}\nnew LogstashTaskInterrupt("pause", { instanceId: "${instanceId}", ${args} }, ${options});`,
        );

    for (const [title, args, options, ...prints] of rejected) {
        it(title, async () => {
            declare(args, options);
            const { text } = expectFailure(await fixture.withoutRequests(() => fixture.stack.preview()));
            for (const pattern of prints) {
                assert.match(text, pattern);
            }
            assert.doesNotMatch(text, /canary/);
        });
    }

    it("warns when a transform puts a date there, which arrives empty", async () => {
        declare("", transformTo("transforms", "new Date(0)"));
        const { text } = expectSuccess(await fixture.withoutRequests(() => fixture.stack.preview()));
        assert.match(text, /^triggers\[0\] .*Date/m);
    });

    it("prints and stores nothing of a client token when that is secret", async () => {
        declare('clientToken: pulumi.secret("token-canary")', "{}");
        const { text } = expectFailure(await fixture.withoutRequests(() => fixture.stack.up()));
        assert.match(text, /clientToken/);
        assert.doesNotMatch(text, /canary/);
        assert.deepEqual(await fixture.stack.resources(), []);
    });
});
