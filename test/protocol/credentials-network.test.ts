import { strict as assert } from "node:assert";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { install } from "@sinonjs/fake-timers";
import { ExchangeFailure, exchange } from "../../provider/src/credentials/exchange";
import {
    CredentialsSite,
    caller,
    callerProfile,
    inputs,
    key,
    machine,
    oidcToken,
    pipeline,
    providerArn,
    region,
} from "./credentialsSite";
import { enterEnvironment, leaveEnvironment } from "./environment";
import { until } from "./until";

describe("the way to credentials", () => {
    const site = new CredentialsSite();
    beforeEach(() => site.start());
    afterEach(() => site.stop());

    const assumeRole = { "alicloud:assumeRole": JSON.stringify({ roleArn: machine.arn }) };
    const oidcRole = { oidcProviderArn: providerArn, roleArn: pipeline.arn, oidcToken };
    const profileRole = { ...callerProfile, ram_role_arn: machine.arn };

    /** Every kind that asks STS: its configuration, after what it needs has been written. */
    const kinds: Readonly<Record<string, () => Record<string, string>>> = {
        "an access key with a role": () => ({ ...key, ...assumeRole }),
        "an OIDC role": () => ({ "alicloud:assumeRoleWithOidc": JSON.stringify(oidcRole) }),
        "a RamRoleArn profile": () => {
            site.profiles({ name: "p", mode: "RamRoleArn", ...profileRole });
            return { "alicloud:profile": "p" };
        },
        "a ChainableRamRoleArn profile": () => {
            const chained = { name: "p", mode: "ChainableRamRoleArn", source_profile: "source" };
            site.profiles({ ...chained, ram_role_arn: machine.arn }, { name: "source", mode: "AK", ...callerProfile });
            return { "alicloud:profile": "p" };
        },
        "an OIDC profile": () => {
            site.profiles({
                name: "p",
                mode: "OIDC",
                oidc_provider_arn: providerArn,
                oidc_token_file: site.file("token", oidcToken),
                ram_role_arn: pipeline.arn,
            });
            return { "alicloud:profile": "p" };
        },
        "a credentials URI with a role": () => ({ "alicloud:credentialsUri": site.machineUri, ...assumeRole }),
    };
    const emulatorPort = () => Number(new URL(site.emulator.url).port);

    for (const [kind, configure] of Object.entries(kinds)) {
        it(`leads ${kind} to the region's own STS, by the proxy`, async () => {
            await site.stop();
            await site.start({
                roles: [
                    { ...machine, trusts: [caller.accessKeyId, machine.arn] },
                    { ...pipeline, trusts: [] },
                ],
            });
            const proxy = await site.redirectingProxy(emulatorPort());
            const config = { ...configure(), "alicloud:endpoints": site.endpoints({}) };
            assert.match(await site.signedBy(config, { HTTPS_PROXY: proxy.url }), /^STS\./);
            assert.deepEqual([...new Set(proxy.asked)], [`sts.${region}.aliyuncs.com:443`]);
        });
    }

    for (const kind of ["an access key with a role", "an OIDC role"]) {
        it(`leads ${kind} by HTTPS_PROXY, once`, async () => {
            const proxy = await site.proxy();
            assert.match(await site.signedBy(kinds[kind]?.() ?? {}, { HTTPS_PROXY: proxy.url }), /^STS\./);
            assert.deepEqual(proxy.requests, [`connect ${site.stsHost}`]);
        });
    }

    it("takes the upper-case variable before the lower-case one", async () => {
        const proxy = await site.proxy();
        const env = { HTTPS_PROXY: proxy.url, https_proxy: "http://127.0.0.1:1" };
        await site.signedBy({ ...key, ...assumeRole }, env);
        assert.equal(proxy.requests.length, 1);
    });

    it("leaves the proxy out for NO_PROXY", async () => {
        const proxy = await site.proxy();
        await site.signedBy({ ...key, ...assumeRole }, { HTTPS_PROXY: proxy.url, NO_PROXY: "localhost" });
        assert.deepEqual(proxy.requests, []);
    });

    it("takes no notice of a SOCKS proxy in ALL_PROXY", async () => {
        const env = { ALL_PROXY: "socks5://127.0.0.1:1", all_proxy: "socks5h://127.0.0.1:1" };
        assert.match(await site.signedBy({ ...key, ...assumeRole }, env), /^STS\./);
    });

    for (const value of ["socks5://127.0.0.1:1080", "http://us%er-canary@127.0.0.1:1", "http://[canary"]) {
        it(`is refused with the variable's name where it holds ${value}`, async () => {
            const message = await site.messageWith({ ...key, ...assumeRole }, { HTTPS_PROXY: value });
            assert.match(
                message,
                /not sent: .*the variable HTTPS_PROXY (must be the URL of an http or https proxy|has a % that begins no escape)/,
            );
        });
    }

    it("names the proxy's variable where a proxy refuses", async () => {
        const refusing = createServer().on("connect", (_request, socket) => {
            socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
        });
        const url = `http://user:password-canary@127.0.0.1:${await site.listen(refusing)}`;
        const message = await site.messageWith({ ...key, ...assumeRole }, { HTTPS_PROXY: url });
        assert.match(message, /HTTP 407 from localhost:\d+ through the proxy of HTTPS_PROXY/);
    });

    it("leads to a credentials URI elsewhere by HTTP_PROXY", async () => {
        const proxy = await site.proxy();
        // This machine too, but not by a name of loopback.
        const uri = site.machineUri.replace("127.0.0.1", "0.0.0.0");
        await site.signedBy({ "alicloud:credentialsUri": uri }, { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" });
        assert.deepEqual(proxy.requests, [`request ${uri}`]);
    });

    it("leads to a credentials URI on loopback past the proxy", async () => {
        const proxy = await site.proxy();
        await site.signedBy({ "alicloud:credentialsUri": site.machineUri }, { HTTP_PROXY: proxy.url });
        assert.ok(proxy.requests.length > 0);
        assert.deepEqual(
            proxy.requests.filter((request) => request.includes("credentials-uri")),
            [],
        );
    });

    it("takes a resource's own profile to that profile's STS", async () => {
        const own = { name: "own", mode: "RamRoleArn", ...profileRole, sts_endpoint: site.stsHost };
        site.profiles(own);
        const endpoints = site.endpoints({ sts: "127.0.0.1:1" });
        const signer = await site.signedBy({ "alicloud:endpoints": endpoints }, {}, { profile: "own" });
        assert.equal(site.issuedBy(signer), `AssumeRole ${machine.arn}`);
    });

    it("sends what policies depend on with each call, signed", async () => {
        const received: unknown[] = [];
        const { port } = new URL(site.emulator.plainUrl);
        const { request: forward } = await import("node:http");
        const url = await site.serve(({ method, url: path, headers }, response) => {
            received.push([headers["x-acs-source-ip"], headers["x-acs-secure-transport"]]);
            const options = { port, host: "127.0.0.1", method: method ?? "", path: path ?? "", headers };
            forward(options, (answer) => {
                response.writeHead(answer.statusCode ?? 0, answer.headers);
                answer.pipe(response);
            }).end();
        });
        const endpoints = JSON.stringify([{ elasticsearch: url }]);
        const env = { ALICLOUD_SECURE_TRANSPORT: "true" };
        const config = { ...key, "alicloud:endpoints": endpoints, "alicloud:sourceIp": "10.0.0.1" };
        assert.equal(await site.signedBy(config, env), caller.accessKeyId);
        assert.deepEqual(received, [
            ["10.0.0.1", "true"],
            ["10.0.0.1", "true"],
        ]);
    });

    it("leads to the endpoint of ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH, with the scheme of `alicloud:protocol`", async () => {
        const { host } = new URL(site.emulator.plainUrl);
        const config = { ...key, "alicloud:endpoints": "[]", "alicloud:protocol": "HTTP" };
        const signer = await site.signedBy(config, { ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: host });
        assert.equal(signer, caller.accessKeyId);
    });

    it("never takes the region of the CLI's current profile", async () => {
        site.profiles({ name: "default", mode: "AK", ...callerProfile, region_id: "cn-shenzhen" });
        const { region: _, ...without } = inputs;
        const { failures } = await (await site.host({})).check({}, without);
        assert.match(failures.join(), /^\|region: is not set; give it as/);
    });

    /** What says that a host other than the region's public one is STS here. */
    const others: readonly (readonly [what: string, env: Record<string, string>, host: string])[] = [
        [
            "the VPC's, by the variables of a pod",
            { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true", ALIBABA_CLOUD_STS_REGION: "cn-beijing" },
            "sts-vpc.cn-beijing.aliyuncs.com",
        ],
        ["the one of ALIBABA_CLOUD_STS_ENDPOINT", { ALIBABA_CLOUD_STS_ENDPOINT: "sts.example" }, "sts.example"],
    ];
    for (const [what, env, host] of others) {
        it(`leads a pod's OIDC role to ${what}`, async () => {
            const proxy = await site.redirectingProxy(emulatorPort());
            const rrsa = {
                ALIBABA_CLOUD_ROLE_ARN: pipeline.arn,
                ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
                ALIBABA_CLOUD_OIDC_TOKEN_FILE: site.file("token", oidcToken),
            };
            const config = { "alicloud:endpoints": site.endpoints({}) };
            assert.match(await site.signedBy(config, { ...rrsa, ...env, HTTPS_PROXY: proxy.url }), /^STS\./);
            assert.deepEqual([...new Set(proxy.asked)], [`${host}:443`]);
        });
    }
});

describe("an exchange for credentials", () => {
    const site = new CredentialsSite();
    afterEach(() => site.stop());

    const request = (url: string, readTimeout: number) => ({
        toRequestURL: () => url,
        method: "GET",
        headers: {},
        connectTimeout: 200,
        readTimeout,
    });
    async function problemOf(url: string, proxy?: string, readTimeout = 200): Promise<ExchangeFailure> {
        try {
            if (proxy !== undefined) {
                enterEnvironment({ HTTPS_PROXY: proxy, HTTP_PROXY: proxy });
            }
            await exchange(request(url, readTimeout));
            return assert.fail("it should have failed");
        } catch (error) {
            assert.ok(error instanceof ExchangeFailure);
            return error;
        } finally {
            leaveEnvironment();
        }
    }

    it("has no body where there is nothing to say", async () => {
        const received: unknown[] = [];
        const url = await site.serve(({ method, headers }, response) => {
            received.push(method, headers["content-type"], headers["content-length"]);
            response.end("answer");
        });
        const { body } = await exchange(request(url, 5_000));
        assert.equal(body.toString(), "answer");
        assert.deepEqual(received, ["GET", undefined, undefined]);
    });

    it("leaves no timer behind that would keep a process from ending, whether it succeeds or not", async () => {
        const urls = [await site.serve((_request, response) => response.end("answer")), "http://127.0.0.1:1"];
        const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
        try {
            for (const url of urls) {
                await exchange(request(url, 5_000)).catch(() => undefined);
                assert.equal(clock.countTimers(), 0, url);
            }
        } finally {
            clock.uninstall();
        }
    });

    it("ends where a server takes the request and never answers, and its connection with it", async () => {
        let closed = false;
        const url = await site.serve(({ socket }) =>
            socket.once("close", () => {
                closed = true;
            }),
        );
        const { problem } = await problemOf(url);
        assert.deepEqual(problem, { kind: "unreachable", code: "ETIMEDOUT" });
        await until(() => closed);
    });

    it("ends where a proxy takes the request and never answers", async () => {
        const { problem, proxy } = await problemOf("http://sts.example", await site.serve(() => undefined));
        assert.deepEqual(problem, { kind: "unreachable", code: "ETIMEDOUT" });
        assert.equal(proxy, "HTTP_PROXY");
    });

    it("ends where a server never stops answering", async () => {
        const url = await site.serve((_request, response) => {
            const more = () => {
                while (!response.destroyed && response.write(Buffer.alloc(65_536))) {}
            };
            response.on("drain", more);
            more();
        });
        const { problem } = await problemOf(url, undefined, 60_000);
        assert.deepEqual(problem, { kind: "unreachable", code: "EMSGSIZE" });
    });

    it("ends where a proxy takes the connection and never opens the tunnel, and the connection with it", async () => {
        let closed = false;
        const silent = createTcpServer((socket) => {
            socket
                .on("error", () => {})
                .once("close", () => {
                    closed = true;
                })
                .resume();
        });
        const { problem, proxy } = await problemOf(
            "https://sts.example",
            `http://127.0.0.1:${await site.listen(silent)}`,
        );
        assert.deepEqual(problem, { kind: "unreachable", code: "ETIMEDOUT" });
        assert.equal(proxy, "HTTPS_PROXY");
        await until(() => closed);
    });

    it("ends where nobody listens", async () => {
        const { problem, host } = await problemOf("http://127.0.0.1:1/canary?canary");
        assert.deepEqual(problem, { kind: "unreachable", code: "ECONNREFUSED" });
        assert.equal(host, "127.0.0.1:1");
    });
});
