import { strict as assert } from "node:assert";
import { ConfigurationError } from "../../provider/src/configuration";
import { proxyFor, proxyName } from "../../provider/src/network/proxy";
import { enterEnvironment, leaveEnvironment } from "./environment";

const https = "https://elasticsearch.cn-hangzhou.aliyuncs.com";
const http = "http://elasticsearch.cn-hangzhou.aliyuncs.com";

describe("the proxy of the environment", () => {
    afterEach(leaveEnvironment);

    async function nameFor(target: string, env: Record<string, string>): Promise<string | undefined> {
        enterEnvironment(env);
        const proxy = proxyFor(target);
        return proxy === undefined ? undefined : proxyName(proxy);
    }

    const all = {
        HTTPS_PROXY: "http://a:1",
        https_proxy: "http://b:1",
        HTTP_PROXY: "http://c:1",
        http_proxy: "http://d:1",
        ALL_PROXY: "http://e:1",
        all_proxy: "http://f:1",
    };
    const orders: ReadonlyArray<readonly [target: string, names: readonly (keyof typeof all)[]]> = [
        [https, ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]],
        [http, ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]],
    ];
    for (const [target, names] of orders) {
        it(`is the first of ${names.join(", ")} when the URL is ${target}`, async () => {
            const left: Record<string, string> = { ...all };
            for (const name of names) {
                assert.equal(await nameFor(target, left), `${new URL(all[name]).host} (${name})`);
                delete left[name];
            }
            assert.equal(await nameFor(target, left), undefined);
        });
    }

    it("is none when the variable is empty or NO_PROXY names the host", async () => {
        assert.equal(await nameFor(https, { HTTPS_PROXY: "", ALL_PROXY: "http://e:1" }), "e:1 (ALL_PROXY)");
        assert.equal(await nameFor(https, { ...all, NO_PROXY: ".aliyuncs.com" }), undefined);
    });

    it("is ALL_PROXY when the URL is neither https nor http", async () => {
        const ftp = "ftp://elasticsearch.cn-hangzhou.aliyuncs.com";
        assert.equal(await nameFor(ftp, { ...all, FTP_PROXY: "http://g:1" }), "e:1 (ALL_PROXY)");
        assert.equal(await nameFor(ftp, { HTTPS_PROXY: "http://a:1", FTP_PROXY: "http://g:1" }), undefined);
    });

    it("is http when the variable has no scheme, and may have white space around it", async () => {
        assert.equal(await nameFor(https, { HTTPS_PROXY: " proxy.test:3128\n" }), "proxy.test:3128 (HTTPS_PROXY)");
        assert.equal(await nameFor(http, { HTTP_PROXY: "https://proxy.test" }), "proxy.test (HTTP_PROXY)");
        enterEnvironment({ HTTPS_PROXY: "proxy.test:3128" });
        assert.equal(proxyFor(https)?.url.href, "http://proxy.test:3128/");
    });

    it("is none when ALL_PROXY names SOCKS, and an error when HTTPS_PROXY does", async () => {
        assert.equal(await nameFor(https, { ALL_PROXY: "SOCKS5://a:1" }), undefined);
        assert.equal(await nameFor(http, { all_proxy: "socks5h://a:1" }), undefined);
        for (const value of ["socks5://a:1", "ftp://a:1", "http://[", "http://"]) {
            await assert.rejects(nameFor(https, { HTTPS_PROXY: value }), ConfigurationError, value);
        }
        await assert.rejects(nameFor(https, { ALL_PROXY: "ftp://socks:1" }), /the variable ALL_PROXY must be the URL/);
    });

    it("is an error when its user name or password has a lone %", async () => {
        assert.equal(await nameFor(https, { HTTPS_PROXY: "http://a%25b:c%40d@p.test:1" }), "p.test:1 (HTTPS_PROXY)");
        for (const user of ["a%b:c", "a:b%c"]) {
            await assert.rejects(nameFor(https, { HTTPS_PROXY: `http://${user}@p.test` }), (error: unknown) => {
                assert.ok(error instanceof ConfigurationError);
                assert.match(error.message, /HTTPS_PROXY has a %/);
                return true;
            });
        }
    });

    /** As curl and Go read it: what an entry covers, and what only looks like it. */
    const exemptions: readonly (readonly [entry: string, covered: readonly string[], not: readonly string[]])[] = [
        [
            "aliyuncs.com",
            ["https://aliyuncs.com", "https://a.b.aliyuncs.com", "https://A.ALIYUNCS.COM."],
            ["https://notaliyuncs.com", "https://aliyuncs.com.evil.test"],
        ],
        [
            ".aliyuncs.com",
            ["https://a.aliyuncs.com", "https://a.b.aliyuncs.com"],
            ["https://aliyuncs.com", "https://xaliyuncs.com"],
        ],
        ["*.aliyuncs.com", ["https://a.aliyuncs.com"], ["https://aliyuncs.com"]],
        ["AliYunCS.com.", ["https://a.aliyuncs.com"], ["https://com"]],
        ["*", ["https://a.test", "http://10.1.2.3", "https://[::1]:8443"], []],
        ["10.1.2.3", ["https://10.1.2.3", "http://10.1.2.3:8080"], ["https://10.1.2.30", "https://a.10.1.2.3.test"]],
        ["10.0.0.0/8", ["https://10.1.2.3", "https://[::ffff:10.1.2.3]"], ["https://11.1.2.3", "https://a.test"]],
        ["10.0.0.0/99", [], ["https://10.0.0.0"]],
        ["10.0.0.0/", [], ["https://11.1.2.3"]],
        ["10.*", [], ["https://10.1.2.3"]],
        ["2.3", [], ["https://10.1.2.3"]],
        ["::1", ["https://[::1]", "https://[::1]:8443"], ["https://[::2]", "https://a.test"]],
        ["[::1]", ["https://[::1]"], ["https://[::2]"]],
        ["[::1]:8443", ["https://[::1]:8443"], ["https://[::1]"]],
        ["fd00::/8", ["https://[fd12::1]"], ["https://[fe12::1]", "https://10.1.2.3"]],
        [
            "a.test:443",
            ["https://a.test", "https://b.a.test", "http://a.test:443"],
            ["http://a.test", "https://a.test:8443"],
        ],
        ["10.1.2.3:80", ["http://10.1.2.3"], ["https://10.1.2.3"]],
        ["b.test, a.test\tc.test", ["https://a.test", "https://b.test", "https://c.test"], ["https://d.test"]],
        [",, ", [], ["https://a.test"]],
    ];
    for (const [entry, covered, not] of exemptions) {
        it(`is none for what NO_PROXY covers, and for nothing else, when it is ${entry}`, async () => {
            for (const [targets, expected] of [
                [covered, undefined],
                [not, "p:1 (HTTPS_PROXY)"],
            ] as const) {
                for (const target of targets) {
                    const env = { HTTPS_PROXY: "http://p:1", NO_PROXY: entry };
                    const name = await nameFor(target, { ...env, HTTP_PROXY: "http://p:1" });
                    assert.equal(name?.replace("HTTP_", "HTTPS_"), expected, target);
                }
            }
        });
    }

    it("is none by NO_PROXY before no_proxy, and by no_proxy when the other is empty", async () => {
        const env = { HTTPS_PROXY: "http://a:1", no_proxy: "aliyuncs.com" };
        assert.equal(await nameFor(https, { ...env, NO_PROXY: "other.test" }), "a:1 (HTTPS_PROXY)");
        assert.equal(await nameFor(https, { ...env, NO_PROXY: "" }), undefined);
        assert.equal(await nameFor(https, env), undefined);
    });
});
