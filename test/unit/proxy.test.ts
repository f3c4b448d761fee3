import { strict as assert } from "node:assert";
import { ConfigurationError } from "../../provider/src/configuration";
import { proxyFor, proxyName } from "../../provider/src/network/proxy";

const https = "https://elasticsearch.cn-hangzhou.aliyuncs.com";
const http = "http://elasticsearch.cn-hangzhou.aliyuncs.com";
const ftp = "ftp://elasticsearch.cn-hangzhou.aliyuncs.com";

function nameFor(target: string, env: NodeJS.ProcessEnv): string | undefined {
    const proxy = proxyFor(target, env);
    return proxy === undefined ? undefined : proxyName(proxy);
}

describe("the proxy of the environment", () => {
    const orders = [
        [https, ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]],
        [http, ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]],
        [ftp, ["ALL_PROXY", "all_proxy"]],
    ] as const;
    const all = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "FTP_PROXY", "ALL_PROXY", "all_proxy"];
    for (const [target, names] of orders) {
        it(`is the first of ${names.join(", ")} when the URL is ${target}`, () => {
            const env: NodeJS.ProcessEnv = Object.fromEntries(all.map((name, n) => [name, `http://p${n}:1`]));
            for (const name of names) {
                assert.equal(nameFor(target, env), `p${all.indexOf(name)}:1 (${name})`);
                env[name] = "";
            }
            assert.equal(nameFor(target, env), undefined);
        });
    }

    it("is http when the variable has no scheme, and may have white space around it", () => {
        assert.equal(proxyFor(https, { HTTPS_PROXY: " proxy.test:3128\n" })?.url.href, "http://proxy.test:3128/");
        assert.equal(nameFor(http, { HTTP_PROXY: "https://proxy.test" }), "proxy.test (HTTP_PROXY)");
    });

    it("is none when ALL_PROXY names SOCKS", () => {
        assert.equal(nameFor(https, { ALL_PROXY: "SOCKS5://a:1" }), undefined);
        assert.equal(nameFor(http, { all_proxy: "socks5h://a:1" }), undefined);
    });

    it("is a configuration error that names the variable when it has no URL of an http proxy", () => {
        const wrong = [
            "socks5://a:1",
            "ftp://a:1",
            "http://[",
            "http://",
            "http://a%b:c@p.test",
            "http://a:b%c@p.test",
        ];
        for (const [name, value] of [...wrong.map((value) => ["HTTPS_PROXY", value]), ["ALL_PROXY", "ftp://socks:1"]]) {
            const isExpected = (error: unknown) =>
                error instanceof ConfigurationError && error.message.includes(`${name}`);
            assert.throws(() => proxyFor(https, { [`${name}`]: value }), isExpected, value);
        }
        assert.equal(nameFor(https, { HTTPS_PROXY: "http://a%25b:c%40d@p.test:1" }), "p.test:1 (HTTPS_PROXY)");
    });

    /** As curl and Go read it: URLs that an entry covers, and URLs that only look like it. */
    const exemptions: ReadonlyArray<readonly [entry: string, covered: string, not: string]> = [
        [
            "aliyuncs.com",
            "https://aliyuncs.com https://a.b.aliyuncs.com https://A.ALIYUNCS.COM.",
            "https://notaliyuncs.com",
        ],
        ["aliyuncs.com", "", "https://aliyuncs.com.evil.test"],
        [".aliyuncs.com", "https://a.b.aliyuncs.com", "https://aliyuncs.com https://xaliyuncs.com"],
        ["*.aliyuncs.com", "https://a.aliyuncs.com", "https://aliyuncs.com"],
        ["AliYunCS.com.", "https://a.aliyuncs.com", "https://com"],
        ["*", "https://a.test http://10.1.2.3 https://[::1]:8443", ""],
        ["10.1.2.3", "https://10.1.2.3 http://10.1.2.3:8080", "https://10.1.2.30 https://a.10.1.2.3.test"],
        ["10.0.0.0/8", "https://10.1.2.3 https://[::ffff:10.1.2.3]", "https://11.1.2.3 https://a.test"],
        ["10.0.0.0/33", "", "https://10.0.0.0"],
        ["10.0.0.0/", "", "https://11.1.2.3"],
        ["10.0.0.0/8/8", "", "https://10.1.2.3"],
        ["10.*", "", "https://10.1.2.3"],
        ["2.3", "", "https://10.1.2.3"],
        ["::1", "https://[::1] https://[::1]:8443", "https://[::2] https://a.test"],
        ["[::1]", "https://[::1]", "https://[::2]"],
        ["[::1]:8443", "https://[::1]:8443", "https://[::1]"],
        ["fd00::/8", "https://[fd12::1]", "https://[fe12::1] https://10.1.2.3"],
        ["a.test:443", "https://a.test https://b.a.test http://a.test:443", "http://a.test https://a.test:8443"],
        ["10.1.2.3:80", "http://10.1.2.3", "https://10.1.2.3"],
        ["b.test, a.test\tc.test", "https://a.test https://b.test https://c.test", "https://d.test"],
        [",, ", "", "https://a.test"],
    ];
    for (const [entry, covered, not] of exemptions) {
        it(`is none for ${covered || "nothing"}, but not for ${not || "anything"}, when NO_PROXY is ${entry}`, () => {
            const isProxied = (url: string) =>
                proxyFor(url, { ALL_PROXY: "http://p:1", NO_PROXY: entry }) !== undefined;
            const urls = (text: string) => text.split(" ").filter((url) => url !== "");
            assert.deepEqual(urls(covered).filter(isProxied), []);
            assert.deepEqual(urls(not).filter(isProxied), urls(not));
        });
    }

    it("is none by NO_PROXY before no_proxy, and by no_proxy when the other is empty", () => {
        const env = { HTTPS_PROXY: "http://a:1", no_proxy: "aliyuncs.com" };
        assert.equal(nameFor(https, { ...env, NO_PROXY: "other.test" }), "a:1 (HTTPS_PROXY)");
        assert.equal(nameFor(https, { ...env, NO_PROXY: "" }), undefined);
        assert.equal(nameFor(https, env), undefined);
    });
});
