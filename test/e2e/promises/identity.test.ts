import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { accountId } from "../../support/account";
import { writeCliProfiles } from "../../support/cliProfiles";
import { Fixture } from "../../support/fixture";
import { header, programOf } from "../../support/programs";
import { expectFailure, expectSuccess } from "../../support/stack";

/** One that is interrupted, and one whose rejection quotes what was sent. */
const [done, quoted] = ["ls-cn-identity0001", "ls-cn-identity0002"];
const caller = { accessKeyId: "LTAI-key-canary", accessKeySecret: "secret+canary/1", accountId };
const noKey = { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" };

const secrets = [caller.accessKeyId, caller.accessKeySecret];
/** What would give a secret away: as it is, in base64, in a URL. */
const telltales = secrets.flatMap((secret) => {
    return [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)];
});

describe("the identity of a deployment", () => {
    let fixture: Fixture;

    beforeEach(async () => {
        const env = { ...noKey, DEBUG: "*" };
        fixture = await Fixture.open({ accounts: [caller], instances: [done, quoted], env });
        // A laptop whose CLI has a current profile that the service would accept.
        const key = { access_key_id: caller.accessKeyId, access_key_secret: caller.accessKeySecret };
        const { stack } = fixture;
        writeCliProfiles(stack.path("home"), { name: "default", mode: "AK", ...key });
        stack.program(programOf({ done: { args: { instanceId: done } }, quoted: { args: { instanceId: quoted } } }));
    });
    afterEach(() => fixture.close());

    async function expectNothingSent(words: RegExp): Promise<void> {
        assert.match(expectFailure(await fixture.withoutRequests(() => fixture.stack.up())).text, words);
    }
    /** One interrupt is signed by that key; no secret is stored or printed, even if the service quotes what was sent. */
    async function expectSigned(...flags: readonly string[]): Promise<void> {
        const { emulator, stack } = fixture;
        const message = `you sent ${secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]).join(" ")}`;
        emulator.faults.add({ instanceId: quoted, fault: { kind: "rejection", status: 400, code: "Odd", message } });
        const { text } = expectFailure(await stack.up("--continue-on-error", ...flags));
        assert.deepEqual(
            emulator.ledger.effects.map(({ instanceId }) => instanceId),
            [done],
        );
        assert.ok(emulator.ledger.requests.every(({ accessKeyId }) => accessKeyId === caller.accessKeyId));
        assert.match(text, /Odd \(HTTP 400\)/);
        const files = readdirSync(stack.path(), { recursive: true, encoding: "utf8" })
            .map((path) => stack.path(path))
            .filter((path) => !/node_modules|\.aliyun/.test(path) && statSync(path).isFile());
        const texts = {
            "the CLI": text,
            ...Object.fromEntries(files.map((file) => [file, readFileSync(file, "utf8")])),
        };
        const found = Object.entries(texts).flatMap(([place, content]) =>
            telltales.filter((telltale) => content.includes(telltale)).map((telltale) => `${telltale} in ${place}`),
        );
        assert.deepEqual(found, []);
    }

    it("is missing when the stack, the environment and a named profile give none", () =>
        expectNothingSent(/ALIBABA_CLOUD_PROFILE=NAME.*"default"/));

    it("is missing when a component has an explicit provider of pulumi-nodejs, which gets no configuration", async () => {
        fixture.stack.configure({
            "alicloud:accessKey": caller.accessKeyId,
            "alicloud:secretKey": caller.accessKeySecret,
        });
        fixture.stack.program(`${header}
            const js = new pulumi.ProviderResource("pulumi-nodejs", "js", {});
            const providers = { "pulumi-nodejs": js };
            const parent = new pulumi.ComponentResource("test:index:C", "c", {}, { providers });
            new LogstashTaskInterrupt("pause", { instanceId: "${done}", profile: "default" }, { parent });`);
        await expectNothingSent(/pulumi-nodejs[\s\S]*plugin/);
    });

    it("is the profile, and none of its secrets is stored or printed, when the environment names one", async () => {
        fixture.stack.environment({ ALIBABA_CLOUD_PROFILE: "default" });
        await expectSigned("-v=9", "--logtostderr");
    });

    it("is the key, and none of its secrets is stored or printed, when the stack has one as a secret", async () => {
        for (const [name, value] of Object.entries({
            accessKey: caller.accessKeyId,
            secretKey: caller.accessKeySecret,
        })) {
            expectSuccess(await fixture.stack.pulumi("config", "set", "--secret", `alicloud:${name}`, value));
        }
        await expectSigned();
    });
});
