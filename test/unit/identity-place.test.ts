import { strict as assert } from "node:assert";
import { ConfigurationError } from "../../provider/src/configuration";
import { callFor } from "../../provider/src/identity/call";
import { endpointFor, stsHostFor } from "../../provider/src/identity/endpoint";
import { finder } from "../../provider/src/identity/finder";
import { headersFor } from "../../provider/src/identity/headers";
import { describeSource } from "../../provider/src/identity/place";
import { howToSetRegion, type RegionArguments, regionFor } from "../../provider/src/identity/region";
import { profileOf, type Setup, settingsOf, together } from "./identitySettings";

const region = "cn-hangzhou";
const key: Setup = { env: { ALICLOUD_ACCESS_KEY: "id", ALICLOUD_SECRET_KEY: "secret" } };
const withProfile = (fields: object = {}): Setup => ({
    config: { profile: "p" },
    profiles: [{ name: "p", ...profileOf.AK, region_id: "cn-profile", ...fields }],
});
const current = (fields: object = {}): Setup => ({
    current: "c",
    profiles: [{ name: "c", ...profileOf.AK, region_id: "cn-current", ...fields }],
});

describe("the region", () => {
    const env = { ALICLOUD_REGION: "cn-first", ALIBABA_CLOUD_REGION: "cn-second", ALIBABA_CLOUD_REGION_ID: "cn-sdk" };
    const cases: readonly (readonly [what: string, setup: Setup, given: RegionArguments, expected?: string])[] = [
        [
            "is the argument",
            { config: { region: "cn-stack" } },
            { region: "cn-argument", recorded: "cn-old" },
            "cn-argument",
        ],
        [
            "is what was recorded, before the settings",
            { config: { region: "cn-stack" }, env },
            { recorded: "cn-old" },
            "cn-old",
        ],
        ["is the stack's, before the environment", { config: { region: " cn-stack " }, env }, {}, "cn-stack"],
        ["is ALICLOUD_REGION first", { env }, {}, "cn-first"],
        ["is ALIBABA_CLOUD_REGION then", { env: { ...env, ALICLOUD_REGION: "" } }, {}, "cn-second"],
        [
            "is the named profile's, before the SDKs' variable",
            { ...withProfile(), env: { ALIBABA_CLOUD_REGION_ID: "cn-sdk" } },
            {},
            "cn-profile",
        ],
        ["is the environment's, before the named profile's", { ...withProfile(), env }, {}, "cn-first"],
        [
            "is the SDKs' variable, where the named profile has none",
            { ...withProfile({ region_id: "" }), env: { ALIBABA_CLOUD_REGION_ID: "cn-sdk" } },
            {},
            "cn-sdk",
        ],
        ["is never the current profile's", current(), {}],
        ["is no region where nothing is set", {}, {}],
        [
            "of a resource with a profile of its own is that profile's, before the stack's",
            { ...current(), config: { region: "cn-stack" }, env },
            { profile: "c" },
            "cn-current",
        ],
        [
            "of a resource with a profile of its own is what was recorded, before the profile's",
            current(),
            { profile: "c", recorded: "cn-old" },
            "cn-old",
        ],
        [
            "of a resource with a profile of its own is the stack's then",
            { ...current({ region_id: undefined }), config: { region: "cn-stack" }, env },
            { profile: "c" },
            "cn-stack",
        ],
        [
            "of a resource with a profile of its own is the environment's at last",
            { ...current({ region_id: undefined }), env: { ALIBABA_CLOUD_REGION_ID: "cn-sdk" } },
            { profile: "c" },
            "cn-sdk",
        ],
        [
            "of a resource with a profile of its own is never the stack's profile's",
            {
                config: { profile: "p" },
                profiles: [
                    { name: "p", ...profileOf.AK, region_id: "cn-profile" },
                    { name: "own", ...profileOf.AK },
                ],
            },
            { profile: "own" },
        ],
    ];
    for (const [what, setup, given, expected] of cases) {
        it(what, () => assert.equal(regionFor(settingsOf(setup), given)?.value, expected));
    }

    it("says where it came from", () => {
        const argument = regionFor(settingsOf({}), { region: "cn-argument" });
        assert.deepEqual(argument?.source, { kind: "argument", name: "region" });
        const recorded = regionFor(settingsOf({}), { recorded: "cn-old" });
        assert.deepEqual(recorded?.source, { kind: "record" });
        assert.match(describeSource(recorded.source), /earlier run/);
        assert.deepEqual(regionFor(settingsOf(withProfile()), {})?.source, {
            kind: "profile",
            profile: "p",
            field: "region_id",
        });
    });

    it("of the SDKs' variable needs nothing configured beside it", () => {
        const settings = settingsOf({ env: { ALIBABA_CLOUD_REGION_ID: "cn-sdk" } });
        assert.equal(finder(settings)("sdkRegion")?.value, "cn-sdk");
    });

    it("is not guessed where its profile cannot be found", () => {
        assert.throws(() => regionFor(settingsOf(current()), { profile: "nobody" }), ConfigurationError);
    });

    it("is asked for by the keys that the user has", () => {
        assert.match(howToSetRegion(settingsOf({ namespace: "alicloud-logstash" })), /alicloud-logstash:region/);
    });
});

describe("the endpoint", () => {
    const urls: readonly (readonly [what: string, setup: Setup, url: string, override?: object])[] = [
        ["is public where nothing is set", {}, "https://elasticsearch.cn-hangzhou.aliyuncs.com"],
        [
            "is a host of the stack, before the environment",
            {
                config: { endpoints: [{ elasticsearch: "elasticsearch-vpc.cn-hangzhou.aliyuncs.com" }] },
                env: { ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: "other.example" },
            },
            "https://elasticsearch-vpc.cn-hangzhou.aliyuncs.com",
            { kind: "stack", key: "alicloud:endpoints[0].elasticsearch" },
        ],
        [
            "is a host of the environment",
            { env: { ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: " vpc.example " } },
            "https://vpc.example",
            { kind: "variable", name: "ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH" },
        ],
        [
            "is never the variable of applications",
            { env: { ELASTICSEARCH_ENDPOINT: "theirs.example" } },
            "https://elasticsearch.cn-hangzhou.aliyuncs.com",
        ],
        [
            "may stand in any entry, and beside other services",
            { config: { endpoints: [{ ecs: "e.example" }, { elasticsearch: "host.example:8443", sts: "" }] } },
            "https://host.example:8443",
            { kind: "stack", key: "alicloud:endpoints[0].elasticsearch" },
        ],
        [
            "may be one object",
            { config: { endpoints: { elasticsearch: "https://host.example/" } } },
            "https://host.example",
            { kind: "stack", key: "alicloud:endpoints[0].elasticsearch" },
        ],
        [
            "is plain http to this machine",
            { config: { endpoints: [{ elasticsearch: "http://127.0.0.1:80" }] } },
            "http://127.0.0.1",
            { kind: "stack", key: "alicloud:endpoints[0].elasticsearch" },
        ],
        [
            "is plain http to any other address of this machine",
            { config: { endpoints: [{ elasticsearch: "http://127.10.200.30:9000" }] } },
            "http://127.10.200.30:9000",
            { kind: "stack", key: "alicloud:endpoints[0].elasticsearch" },
        ],
        [
            "may stand beside an empty one, and have a name of one letter",
            { config: { endpoints: [{ elasticsearch: "" }, { elasticsearch: "h.example" }] } },
            "https://h.example",
            { kind: "stack", key: "alicloud:endpoints[0].elasticsearch" },
        ],
        [
            "has the scheme of `protocol`",
            { config: { protocol: "HTTP", endpoints: [{ elasticsearch: "[::1]:9000" }] } },
            "http://[::1]:9000",
            { kind: "stack", key: "alicloud:endpoints[0].elasticsearch" },
        ],
        [
            "has the scheme of a URL before that of `protocol`",
            { config: { protocol: "http", endpoints: [{ elasticsearch: "https://host.example" }] } },
            "https://host.example",
            { kind: "stack", key: "alicloud:endpoints[0].elasticsearch" },
        ],
        [
            "is plain http elsewhere where that is allowed",
            { config: { protocol: "HTTP", "alicloud-logstash:allowHttp": " true\n" } },
            "http://elasticsearch.cn-hangzhou.aliyuncs.com",
        ],
        [
            "is https where `protocol` says so",
            { config: { protocol: "https" } },
            "https://elasticsearch.cn-hangzhou.aliyuncs.com",
        ],
    ];
    for (const [what, setup, url, override] of urls) {
        it(what, () => {
            const endpoint = endpointFor(settingsOf(setup), region);
            assert.equal(endpoint.url, url);
            assert.equal(endpoint.url, `${endpoint.scheme}://${endpoint.host}`);
            assert.deepEqual(endpoint.override, override);
        });
    }

    const bad = [
        "elasticsearch-vpc.{region}.aliyuncs.com",
        "https://elasticsearch-vpc.{region}.aliyuncs.com",
        "https://user:pw@host.example",
        "https://host.example/path",
        "https://host.example?x=y",
        "https://host.example#x",
        "ftp://host.example",
        "a b",
        "x?y=z",
        "-host.example",
        "host..example",
        "host.example:99999",
        "https://",
    ];
    for (const elasticsearch of bad) {
        it(`is refused as ${elasticsearch}`, () => {
            const settings = settingsOf({ config: { endpoints: [{ elasticsearch }] } });
            assert.throws(
                () => endpointFor(settings, region),
                (error: unknown) =>
                    error instanceof ConfigurationError &&
                    /^`alicloud:endpoints\[0\]\.elasticsearch` must be a host or an http\(s\) URL without a path/.test(
                        error.message,
                    ) &&
                    /such as elasticsearch-vpc\.cn-hangzhou\.aliyuncs\.com$/.test(error.message),
            );
        });
    }

    const refused: readonly (readonly [what: string, setup: Setup, message: RegExp])[] = [
        [
            "plain http by `protocol`",
            { config: { protocol: "HTTP" } },
            /http:\/\/elasticsearch\.cn-hangzhou\.aliyuncs\.com is not encrypted, as `alicloud:protocol` says.*allowHttp/,
        ],
        [
            "plain http by the URL",
            { config: { endpoints: [{ elasticsearch: "http://host.example" }] } },
            /is not encrypted, as `alicloud:endpoints\[0\]\.elasticsearch` says/,
        ],
        [
            "plain http by `protocol`, to a host that is given",
            { config: { protocol: "HTTP", endpoints: [{ elasticsearch: "host.example" }] } },
            /http:\/\/host\.example is not encrypted, as `alicloud:protocol` says/,
        ],
        [
            "plain http to a host that only begins as this machine",
            { config: { endpoints: [{ elasticsearch: "http://localhost.example" }] } },
            /is not encrypted/,
        ],
        [
            "plain http to a host that only ends as this machine",
            { config: { endpoints: [{ elasticsearch: "http://not-localhost" }] } },
            /is not encrypted/,
        ],
        [
            "a host with braces, and says what belongs in their place",
            { config: { endpoints: [{ elasticsearch: "vpc.{region}.example" }] } },
            /without a path, with the region.*braces, such as/,
        ],
        [
            "a host without braces, and says nothing of any",
            { config: { endpoints: [{ elasticsearch: "host.example/path" }] } },
            /without a path, such as/,
        ],
        ["another protocol", { config: { protocol: "gopher" } }, /`alicloud:protocol` is neither "HTTPS" nor "HTTP"/],
        [
            "two endpoints",
            { config: { endpoints: [{ elasticsearch: "a.example" }, { elasticsearch: "b.example" }] } },
            /is given 2 times with different values/,
        ],
        ["no object", { config: { endpoints: ["a.example"] } }, /`alicloud:endpoints` is not an object/],
    ];
    for (const [what, setup, message] of refused) {
        it(`refuses ${what}`, () => {
            assert.throws(() => endpointFor(settingsOf(setup), region), message);
        });
    }

    it("is never made of a region that would lead elsewhere", () => {
        for (const odd of ["x/", "evil.example/?", "a b", "{region}", "", "x@evil.example"]) {
            assert.throws(() => endpointFor(settingsOf({}), odd), /no host can be made of the region/);
        }
    });
});

describe("the endpoint of a profile", () => {
    const fields = [{ endpoint_type: "vpc" }, { endpoint_type: "VPC" }, { endpoint: "ecs.example" }];
    for (const field of fields) {
        const [name] = Object.keys(field);
        it(`is refused by name, unless the settings say where to: ${JSON.stringify(field)}`, () => {
            for (const [setup, profile] of [
                [withProfile(field), undefined],
                [current(field), "c"],
            ] as const) {
                const call = () => callFor(settingsOf(together(setup, key)), region, profile);
                assert.throws(
                    call,
                    new RegExp(
                        `^Error: \`${name}\` of the CLI profile .* set \`alicloud:endpoints.*elasticsearch-vpc\\.`,
                    ),
                );
                const set = { config: { endpoints: [{ elasticsearch: "host.example" }] } };
                const { endpoint } = callFor(settingsOf(together(setup, set)), region, profile);
                assert.equal(endpoint.host, "host.example");
            }
        });
    }

    it("is the public one where the profile says that, or nothing", () => {
        for (const field of [{ endpoint_type: "public" }, { endpoint_type: "" }, { endpoint: "" }]) {
            const { endpoint } = callFor(settingsOf(withProfile(field)), region);
            assert.equal(endpoint.host, "elasticsearch.cn-hangzhou.aliyuncs.com");
        }
    });
});

describe("the STS host", () => {
    const own = (fields: object) => ({ profiles: [{ name: "own", ...profileOf.RamRoleArn, ...fields }] });
    const sts = { endpoints: [{ sts: "https://sts-vpc.cn-hangzhou.aliyuncs.com/" }] };
    const cases: readonly (readonly [what: string, setup: Setup, host: string, own?: string])[] = [
        ["is the region's", {}, "sts.cn-hangzhou.aliyuncs.com"],
        ["is the stack's", { config: sts }, "sts-vpc.cn-hangzhou.aliyuncs.com"],
        ["of a profile of its own is the region's too", own({}), "sts.cn-hangzhou.aliyuncs.com", "own"],
        [
            "of a profile of its own is the profile's",
            { ...own({ sts_endpoint: "sts.example" }), config: sts },
            "sts.example",
            "own",
        ],
        [
            "of a profile of its own is the stack's then",
            { ...own({}), config: sts },
            "sts-vpc.cn-hangzhou.aliyuncs.com",
            "own",
        ],
        [
            "of a named profile is the profile's after the stack's",
            { ...withProfile({ sts_endpoint: "sts.example" }) },
            "sts.example",
        ],
        [
            "is the stack's before a named profile's",
            { ...withProfile({ sts_endpoint: "sts.example" }), config: { profile: "p", ...sts } },
            "sts-vpc.cn-hangzhou.aliyuncs.com",
        ],
        ["is never the current profile's", current({ sts_endpoint: "sts.example" }), "sts.cn-hangzhou.aliyuncs.com"],
        ["is a host of the environment", { env: { ALIBABA_CLOUD_STS_ENDPOINT: " h " } }, "h"],
        [
            "is the VPC's in the STS region of the environment",
            { env: { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "TRUE", ALIBABA_CLOUD_STS_REGION: "cn-beijing" } },
            "sts-vpc.cn-beijing.aliyuncs.com",
        ],
        [
            "is the VPC's in the region of the call",
            { env: { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true" } },
            "sts-vpc.cn-hangzhou.aliyuncs.com",
        ],
        [
            "is public where the environment says false",
            { env: { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "false" } },
            "sts.cn-hangzhou.aliyuncs.com",
        ],
        [
            "is that of another region by the environment",
            { env: { ALIBABA_CLOUD_STS_REGION: "eu-central-1" } },
            "sts.eu-central-1.aliyuncs.com",
        ],
        [
            "is the stack's before all of the environment",
            {
                config: sts,
                env: {
                    ALIBABA_CLOUD_STS_ENDPOINT: "h",
                    ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true",
                    ALIBABA_CLOUD_STS_REGION: "cn-beijing",
                },
            },
            "sts-vpc.cn-hangzhou.aliyuncs.com",
        ],
        [
            "is the environment's before a named profile's",
            { ...withProfile({ sts_region: "cn-beijing" }), env: { ALIBABA_CLOUD_STS_REGION: "eu-central-1" } },
            "sts.eu-central-1.aliyuncs.com",
        ],
        ...(["named", "own"] as const).flatMap((chosen) => {
            const by = (fields: object) => (chosen === "named" ? withProfile(fields) : own(fields));
            const name = chosen === "named" ? undefined : (["own"] as const);
            const fields: readonly (readonly [fields: object, host: string])[] = [
                [{ sts_region: "eu-central-1" }, "sts.eu-central-1.aliyuncs.com"],
                [{ enable_vpc: true }, "sts-vpc.cn-hangzhou.aliyuncs.com"],
                [{ enable_vpc: true, sts_region: "cn-beijing" }, "sts-vpc.cn-beijing.aliyuncs.com"],
                [{ enable_vpc: false }, "sts.cn-hangzhou.aliyuncs.com"],
                [{ enable_vpc: true, sts_endpoint: "h.example" }, "h.example"],
            ];
            return fields.map(
                ([of, host]) =>
                    [`of a ${chosen} profile with ${JSON.stringify(of)}`, by(of), host, ...(name ?? [])] as const,
            );
        }),
        [
            "of a profile of its own is not completed from the environment",
            { ...own({ sts_region: "cn-beijing" }), env: { ALIBABA_CLOUD_STS_ENDPOINT: "h" } },
            "sts.cn-beijing.aliyuncs.com",
            "own",
        ],
        [
            "of a profile of its own is the environment's then",
            { ...own({}), env: { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true" } },
            "sts-vpc.cn-hangzhou.aliyuncs.com",
            "own",
        ],
    ];
    for (const [what, setup, host, profile] of cases) {
        it(what, () => assert.equal(stsHostFor(settingsOf(setup), region, profile).host, host));
    }

    it("says where it came from", () => {
        const ofProfile = stsHostFor(settingsOf(withProfile({ enable_vpc: true })), region);
        assert.deepEqual(ofProfile.override, { kind: "profile", profile: "p", field: "enable_vpc" });
        const env = { ALIBABA_CLOUD_STS_REGION: "x y" };
        assert.throws(() => stsHostFor(settingsOf({ env }), region), /the variable ALIBABA_CLOUD_STS_REGION must be/);
    });

    it("is refused without TLS, and where it is no host", () => {
        for (const host of ["http://sts.example", "sts.{region}.aliyuncs.com", "sts.example/x"]) {
            const settings = settingsOf({ config: { endpoints: [{ sts: host }] } });
            assert.throws(() => stsHostFor(settings, region), /`alicloud:endpoints\[0\]\.sts` must be/);
        }
    });
});

describe("the headers that policies depend on", () => {
    it("are none where nothing is set", () => assert.deepEqual(headersFor(settingsOf({})), {}));

    it("are both", () => {
        const settings = settingsOf({
            config: { sourceIp: "10.0.0.1" },
            env: { ALIBABA_CLOUD_SECURE_TRANSPORT: "true" },
        });
        assert.deepEqual(headersFor(settings), { "x-acs-source-ip": "10.0.0.1", "x-acs-secure-transport": "true" });
    });

    it("take the older name of secure transport after all of the newer one", () => {
        const older = { securityTransport: "older" };
        const settings = settingsOf({ config: older, env: { ALIBABA_CLOUD_SECURE_TRANSPORT: "newer" } });
        assert.deepEqual(headersFor(settings), { "x-acs-secure-transport": "newer" });
    });

    it("are refused where they would break a request", () => {
        const settings = settingsOf({ config: { sourceIp: "10.0.0.1\r\nx-acs-action: Delete" } });
        assert.throws(() => headersFor(settings), /`alicloud:sourceIp` cannot be sent as a header/);
    });
});
