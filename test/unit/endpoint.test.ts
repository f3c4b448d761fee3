import { strict as assert } from "node:assert";
import { callFor, regionFor } from "../../provider/src/identity/call";
import { profileFor } from "../../provider/src/identity/cliProfiles";
import { stsHostFor } from "../../provider/src/identity/endpoint";
import { keyConfig, named, own, profileOf, resultOf, type Setup, settingsOf, together } from "./identityFixture";

const region = "cn-hangzhou";
const { AK, RamRoleArn } = profileOf;
const shown = (result: string) => result.replace(/^error: .*/, "refused");
const callOf = (setup: Setup, profile?: string) => callFor(settingsOf(setup), region, profile);

describe("the region of a resource", () => {
    const sdk = { ALIBABA_CLOUD_REGION_ID: "cn-sdk" };
    const env = { ...sdk, ALIBABA_CLOUD_REGION: "cn-env" };
    const withRegion = { ...AK, region_id: "cn-profile" };
    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, setup: Setup, expected: string | undefined, own?: string])[] = [
        ["the named profile and the environment have one", { ...named(withRegion), env }, "cn-env"],
        ["the named profile and the SDKs' variable have one", { ...named(withRegion), env: sdk }, "cn-profile"],
        ["only the SDKs' variable has one", { env: sdk }, "cn-sdk"],
        ["nothing has one", {}, undefined],
        ["its own profile and the environment have one", { ...own(withRegion), env }, "cn-profile", "p"],
        ["its own profile has none, and the environment has one", { ...own(AK), env }, "cn-env", "p"],
        ["its own profile has none, and the stack's profile has one", named(withRegion, { name: "own", ...AK }), undefined, "own"],
    ];
    for (const [when, setup, expected, profile] of cases) {
        it(`is ${expected} when ${when}`, () => {
            assert.equal(regionFor(settingsOf(setup), profile)?.value, expected);
        });
    }
});

describe("the endpoint", () => {
    const at = (elasticsearch: unknown, more: object = {}): Setup => ({
        config: { endpoints: [{ elasticsearch }], ...more },
    });
    const ofStack = "from `alicloud:endpoints[0].elasticsearch`";
    const variable = { ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: "vpc.example" };
    const vpc = "elasticsearch-vpc.cn-hangzhou.aliyuncs.com";
    const invalid = (braces = "") =>
        `error: \`alicloud:endpoints[0].elasticsearch\` must be a host or an http(s) URL without a path${braces}, such as ${vpc}`;
    const unencrypted = (
        host: string,
        by: string,
        allow = "run `pulumi config set alicloud-logstash:allowHttp true`",
    ) => `error: the endpoint http://${host} is not encrypted, because of ${by}; use https, or ${allow}`;
    const publicHost = "elasticsearch.cn-hangzhou.aliyuncs.com";
    const ofProfile = (field: string) =>
        `error: \`${field}\` of the CLI profile "p" is not used here; set \`alicloud:endpoints[0].elasticsearch\` or the variable ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH where \`pulumi\` is started, such as ${vpc}`;

    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, setup: Setup, expected: string, own?: string])[] = [
        ["nothing is set", {}, `https://${publicHost}`],
        ["the environment has a host", { env: variable }, "https://vpc.example: vpc.example, from the variable ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH"],
        ["a later entry has a host", { config: { endpoints: [{ ecs: "e" }, { elasticsearch: "" }, { elasticsearch: "h.example:8443", sts: "s" }] } }, `https://h.example:8443: h.example:8443, ${ofStack}`],
        ["the block is an object with a URL", { config: { endpoints: { elasticsearch: "https://h.example/" } } }, `https://h.example: h.example, ${ofStack}`],
        ["it is http to this machine", at("http://127.10.200.30:9000"), `http://127.10.200.30:9000: 127.10.200.30:9000, ${ofStack}`],
        ["`protocol` is HTTP, to this machine", at("[::1]:9000", { protocol: "HTTP" }), `http://[::1]:9000: [::1]:9000, ${ofStack}`],
        ["`protocol` is https, to this machine", at("localhost", { protocol: "https" }), `https://localhost: localhost, ${ofStack}`],
        ["`protocol` and the URL differ", at("https://h.example", { protocol: "http" }), `https://h.example: h.example, ${ofStack}`],
        ["http is allowed", { config: { protocol: "HTTP", "alicloud-logstash:allowHttp": " true\n" } }, `http://${publicHost}`],
        ["`protocol` is HTTP", { config: { protocol: "HTTP" } }, unencrypted(publicHost, "`alicloud:protocol`")],
        ["`protocol` is HTTP and a host is set", at("h.example", { protocol: "HTTP" }), unencrypted("h.example", "`alicloud:protocol`")],
        ["the URL is http", at("http://localhost.example"), unencrypted("localhost.example", "`alicloud:endpoints[0].elasticsearch`")],
        ["a declared provider has an http URL", { ...at("http://not-localhost"), declared: true }, unencrypted("not-localhost", "the provider's `endpoints[0].elasticsearch`", "set the provider's `allowHttp`")],
        ["`protocol` is another one", { config: { protocol: "gopher" } }, 'error: `alicloud:protocol` must be "HTTPS" or "HTTP"'],
        ["it is set twice", { config: { endpoints: [{ elasticsearch: "a" }, { elasticsearch: "b" }] } }, "error: `alicloud:endpoints[0].elasticsearch` is given 2 times with different values"],
        ["the list has a text", { config: { endpoints: ["a.example"] } }, "error: `alicloud:endpoints` must be an object; set its fields with `pulumi config set --path`"],
        ["it has braces", at("elasticsearch-vpc.{region}.aliyuncs.com"), invalid(", with the region itself in place of the braces")],
        ...["https://user:pw@h.example", "https://:pw@h.example", "https://h.example/path", "https://h.example?x", "https://h.example#x", "ftp://h.example", "a b", "-h.example", "h..example", "h.example:99999"].map((host) => [`it is ${host}`, at(host), invalid()] as const),
        ["the named profile has a host", named({ ...AK, endpoint: "h" }), ofProfile("endpoint")],
        ["the resource's own profile has the VPC's", own({ ...AK, endpoint_type: "VPC" }), ofProfile("endpoint_type"), "p"],
        ["the profile has the public one", named({ ...AK, endpoint_type: "public" }), `https://${publicHost}`],
        ["the profile and the environment have one", { ...named({ ...AK, endpoint: "h" }), env: variable }, "https://vpc.example: vpc.example, from the variable ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH"],
    ];
    for (const [when, setup, expected, profile] of cases) {
        it(`is ${shown(expected)} when ${when}`, () => {
            const actual = resultOf(() => {
                const { url, override, endpoint } = callOf(together({ config: keyConfig }, setup), profile).endpoint;
                assert.ok(url.endsWith(`//${endpoint}`));
                return override === undefined ? url : `${url}: ${override}`;
            });
            assert.equal(actual, expected);
        });
    }
});

describe("the STS host", () => {
    const stack = { config: { endpoints: [{ sts: "https://stack.example/" }] } };
    const inVpc = { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "TRUE" };
    const stsRegion = { ALIBABA_CLOUD_STS_REGION: "eu-central-1" };
    const profile = { ...RamRoleArn, sts_region: "cn-beijing" };
    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, setup: Setup, host: string, own?: string])[] = [
        ["nothing is set", {}, "sts.cn-hangzhou.aliyuncs.com"],
        ["the environment has no VPC", { env: { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "false" } }, "sts.cn-hangzhou.aliyuncs.com"],
        ["the environment has the VPC", { env: inVpc }, "sts-vpc.cn-hangzhou.aliyuncs.com"],
        ["the environment has a region", { env: stsRegion }, "sts.eu-central-1.aliyuncs.com"],
        ["the environment has the VPC and a region", { env: { ...inVpc, ...stsRegion } }, "sts-vpc.eu-central-1.aliyuncs.com"],
        ["the stack has a host, and the environment the rest", { ...stack, env: { ...inVpc, ...stsRegion } }, "stack.example"],
        ["the named profile has a region", named(profile), "sts.cn-beijing.aliyuncs.com"],
        ["the named profile and the environment have a region", { ...named(profile), env: stsRegion }, "sts.eu-central-1.aliyuncs.com"],
        ["the resource's own profile has the VPC and a region", { ...own({ ...profile, enable_vpc: true }), ...stack, env: stsRegion }, "sts-vpc.cn-beijing.aliyuncs.com", "p"],
        ["the resource's own profile has none", { ...own(RamRoleArn), ...stack }, "stack.example", "p"],
        ["it is http", { config: { endpoints: [{ sts: "http://sts.example" }] } }, "error: `alicloud:endpoints[0].sts` must be https, because keys come from that host"],
        ["it is no host", { config: { endpoints: { sts: "sts.example/x" } } }, "error: `alicloud:endpoints[0].sts` must be a host or an http(s) URL without a path, such as sts.cn-hangzhou.aliyuncs.com"],
        ["its region makes no host", { env: { ALIBABA_CLOUD_STS_REGION: "x y" } }, "error: the variable ALIBABA_CLOUD_STS_REGION must be a host or an http(s) URL without a path, such as sts.cn-hangzhou.aliyuncs.com"],
    ];
    for (const [when, setup, expected, profile] of cases) {
        it(`is ${shown(expected)} when ${when}`, () => {
            assert.equal(
                resultOf(() => stsHostFor(settingsOf(setup), region, profileFor(settingsOf(setup), profile))),
                expected,
            );
        });
    }

    it("is that of the resource's own profile in a call", () => {
        assert.equal(callOf(own(profile), "p").stsHost, "sts.cn-beijing.aliyuncs.com");
    });
});

describe("the headers of a call", () => {
    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, setup: Setup, expected: string])[] = [
        ["nothing is set", {}, "{}"],
        ["both are set", { config: { sourceIp: "10.0.0.1" }, env: { ALIBABA_CLOUD_SECURE_TRANSPORT: "true" } }, '{"x-acs-source-ip":"10.0.0.1","x-acs-secure-transport":"true"}'],
        ["secure transport has its older name", { config: { securityTransport: "older" } }, '{"x-acs-secure-transport":"older"}'],
        ["the older name is in the stack", { config: { securityTransport: "older" }, env: { ALIBABA_CLOUD_SECURE_TRANSPORT: "newer" } }, '{"x-acs-secure-transport":"newer"}'],
        ["a value has a line break", { config: { sourceIp: "10.0.0.1\r\nx-acs-action: Delete" } }, "error: `alicloud:sourceIp` cannot be sent as a header"],
    ];
    for (const [when, setup, expected] of cases) {
        it(`are ${shown(expected)} when ${when}`, () => {
            const headers = resultOf(() => JSON.stringify(callOf(together({ config: keyConfig }, setup)).headers));
            assert.equal(headers, expected);
        });
    }
});
