import { strict as assert } from "node:assert";
import { Fixture } from "../../support/fixture";
import { header } from "../../support/programs";
import { expectFailure, expectSuccess } from "../../support/stack";

const instanceId = "ls-cn-inputs0001";

/** A program that a preview rejects, or warns about. */
interface Case {
    readonly title: string;
    /** The arguments of an interrupt, beside its instance. */
    readonly args?: string;
    readonly options?: string;
    /** What the CLI prints. */
    readonly prints: readonly RegExp[];
}

/** The line of the program that declares the resource. */
const atLine = /index\.js:4/;
const transformTo = (option: "transformations" | "transforms", triggers: string) =>
    `{ ${option}: [({ props, opts }) => ({ props: { ...props, triggers: [${triggers}] }, opts })] }`;

const rejected: readonly Case[] = [
    {
        title: "names each wrong argument and not its value when several are wrong",
        args: 'instanceId: "es-cn-inputs0001", clientToken: "ü-canary", trigger: ["v1"], timeoutSeconds: 0, whenIdle: "no", region: "x"',
        prints: ["instanceId", "clientToken", "trigger", "timeoutSeconds", "whenIdle", "region"].map(
            (name) => new RegExp(`\\b${name}: `),
        ),
    },
    { title: "takes no other value for a list of triggers", args: 'triggers: "v1"', prints: [/\btriggers: /] },
    {
        title: "names the path and the line of a trigger when JSON would lose it",
        args: "triggers: [{ m: new Map() }]",
        prints: [/triggers\[0\]\.m/, atLine],
    },
    {
        title: "names the path and the line of an asset when its file cannot be read",
        args: 'triggers: [new pulumi.asset.FileAsset("none.txt")]',
        prints: [/triggers\[0\].*ENOENT/, atLine],
    },
    {
        title: "rejects an asset when a transformation puts it there, which would send its path",
        options: transformTo("transformations", 'new pulumi.asset.StringAsset("text")'),
        prints: [/triggers\[0\]/],
    },
    {
        title: "rejects a client token when it is secret, without printing it",
        args: 'clientToken: pulumi.secret("token-canary")',
        prints: [/clientToken/],
    },
    {
        title: "keeps the program's line when the code of an option fails",
        options: '{ transformations: [() => { throw new Error("from an option"); }] }',
        prints: [/Error: from an option\s+at [^\n]*index\.js/],
    },
    { title: "cannot be imported", options: `{ import: "${instanceId}" }`, prints: [/imported/, atLine] },
    { title: "cannot be read by ID", options: `{ id: "${instanceId}" }`, prints: [/read/, atLine] },
    {
        title: "takes no `provider`",
        options: '{ provider: new pulumi.ProviderResource("alicloud", "a", {}) }',
        prints: [/`provider`/],
    },
];

describe("a preview of an interrupt", () => {
    let fixture: Fixture;
    before(async () => {
        fixture = await Fixture.open({ instances: [instanceId] });
    });
    after(() => fixture.close());

    function declare({ args = "", options = "{}" }: Pick<Case, "args" | "options">): void {
        const all = `{ instanceId: "${instanceId}", ${args} }`;
        fixture.stack.program(`${header}\nnew LogstashTaskInterrupt("pause", ${all}, ${options});`);
    }

    for (const { title, prints, ...declared } of rejected) {
        it(title, async () => {
            declare(declared);
            const { text } = expectFailure(await fixture.withoutRequests(() => fixture.stack.preview()));
            for (const pattern of prints) {
                assert.match(text, pattern);
            }
            assert.doesNotMatch(text, /canary/);
        });
    }

    it("warns when a transform puts a date there, which arrives empty", async () => {
        declare({ options: transformTo("transforms", "new Date(0)") });
        const { text } = expectSuccess(await fixture.withoutRequests(() => fixture.stack.preview()));
        assert.match(text, /^triggers\[0\] .*Date/m);
    });

    it("stores nothing of a secret client token when `up` rejects it", async () => {
        declare({ args: 'clientToken: pulumi.secret("token-canary")' });
        expectFailure(await fixture.withoutRequests(() => fixture.stack.up()));
        assert.deepEqual(await fixture.stack.resources(), []);
    });
});
