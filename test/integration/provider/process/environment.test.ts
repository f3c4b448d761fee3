import { strict as assert } from "node:assert";
import { providerStub } from "../../../../provider/src/dynamic/providerStub";
import { urnOf } from "../../../support/urns";
import { credentialsFixture, inputs, key } from "../credentialsFixture";
import { stackConfigurationOf } from "../frontEnds";
import { Host } from "../host";

describe("the environment of a provider process", () => {
    const fixture = credentialsFixture();

    it("prints no secret, and no password of a proxy, when DEBUG is set", async () => {
        const proxy = await fixture.proxy();
        const { host: address } = new URL(proxy.url);
        const env = { DEBUG: "*", HTTP_PROXY: `http://user:password-canary@${address}` };
        const config = stackConfigurationOf({ ...fixture.endpoints(), ...key });
        const host = await Host.start({ config, env: fixture.env(env), stderr: "pipe" });
        fixture.atEnd(() => host.stop());
        let printed = "";
        host.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
            printed += text;
        });
        await host.create({ ...inputs, __provider: providerStub, resourceUrn: urnOf("pause") });
        await host.stop();
        assert.equal(proxy.requests.length, 2);
        assert.doesNotMatch(printed, /(password|secret)-canary|[Aa]uthorization: /);
        assert.ok(!printed.includes(Buffer.from("user:password-canary").toString("base64")));
    });
});
