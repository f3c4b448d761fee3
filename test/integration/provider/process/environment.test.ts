import { strict as assert } from "node:assert";
import { providerStub } from "../../../../provider/src/dynamic/providerStub";
import { urnOf } from "../../../support/urns";
import { callerProfile, credentialsFixture, inputs, key, machine } from "../credentialsFixture";
import { stackConfigurationOf } from "../frontEnds";
import { Host, type Properties } from "../host";

const declared = { ...inputs, __provider: providerStub, resourceUrn: urnOf("pause") };

/** Gives each agent of a process the proxy of the environment, as Node can, unless it is made with the option. */
const preload = `
    for (const module of [require("node:http"), require("node:https")]) {
        const { Agent } = module;
        module.Agent = class extends Agent {
            constructor(options) {
                super({ proxyEnv: process.env, ...options });
            }
        };
    }
    require("node:module").syncBuiltinESMExports();`;

describe("the environment of a provider process", () => {
    const fixture = credentialsFixture();

    async function hostFor(settings: Properties, env: Record<string, string>): Promise<Host> {
        const config = stackConfigurationOf({ ...fixture.endpoints(), ...settings });
        const host = await Host.start({ config, env: fixture.env(env), stderr: "pipe" });
        fixture.atEnd(() => host.stop());
        return host;
    }

    it("gives calls and their credentials a home, a certificate and one tunnel to each host, whatever agents Node has", async () => {
        fixture.profiles({ name: "default", mode: "RamRoleArn", ...callerProfile, ram_role_arn: machine.arn });
        const { url } = fixture.emulator();
        const proxy = await fixture.redirectingProxy();
        const env = {
            ALIBABA_CLOUD_PROFILE: "default",
            HTTPS_PROXY: proxy.url,
            NODE_OPTIONS: `--require=${fixture.file("preload.cjs", preload)}`,
        };
        const host = await hostFor({ endpoints: [{ elasticsearch: url }] }, env);
        const { outs } = await host.create(declared);
        assert.equal(outs.status, "suspended");
        assert.deepEqual(proxy.targets, ["sts.cn-hangzhou.aliyuncs.com:443", new URL(url).host]);
        const [signer] = fixture.emulator().ledger.requests;
        assert.equal(fixture.issuedBy(String(signer?.accessKeyId)), `AssumeRole ${machine.arn}`);
    });

    it("prints no secret, and no password of a proxy, when DEBUG is set", async () => {
        const proxy = await fixture.proxy();
        const { host: address } = new URL(proxy.url);
        const env = { DEBUG: "*", HTTP_PROXY: `http://user:password-canary@${address}` };
        const host = await hostFor(key, env);
        let printed = "";
        host.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
            printed += text;
        });
        await host.create(declared);
        await host.stop();
        assert.equal(proxy.requests.length, 2);
        assert.doesNotMatch(printed, /(password|secret)-canary|[Aa]uthorization: /);
        assert.ok(!printed.includes(Buffer.from("user:password-canary").toString("base64")));
    });
});
