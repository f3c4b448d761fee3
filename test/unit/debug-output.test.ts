import { strict as assert } from "node:assert";
import { createRequire } from "node:module";
import { silenceSecrets } from "../../provider/src/cloud/debugOutput";
import { popCoreService } from "../../provider/src/cloud/popcore";
import { enterEnvironment, leaveEnvironment } from "../protocol/environment";
import { stackHints } from "../support/hints";

interface Debug {
    enabled(name: string): boolean;
    enable(names: string): void;
    disable(): string;
}

const provider = createRequire(require.resolve("../../provider/src/cloud/debugOutput"));
const from = (modules: NodeJS.Require, ...names: readonly string[]) =>
    names.reduce((user, name) => createRequire(user.resolve(name)), modules);

/** The copies of `debug` in the libraries that see secrets, by the ways to them. */
const copies = [
    ["@alicloud/pop-core"],
    ["@alicloud/pop-core", "httpx"],
    ["@alicloud/credentials"],
    ["@alicloud/credentials", "httpx"],
    ["http-proxy-agent"],
].map((way) => [way.join(" > "), from(provider, ...way)("debug") as Debug] as const);

/** What they print: signed requests, keys, and the password of a proxy. */
const telltale = ["roa", "rpc", "sign", "httpx:request", "http-proxy-agent"];

describe("what `DEBUG` prints", () => {
    afterEach(() => {
        for (const [, debug] of copies) {
            debug.disable();
        }
    });

    for (const names of ["*", "roa,rpc,httpx:*,sign,http-proxy-agent*,app"]) {
        it(`is nothing that libraries sign and send, and all else that it asks for: ${names}`, () => {
            silenceSecrets({ DEBUG: names });
            for (const [way, debug] of copies) {
                assert.deepEqual(telltale.filter(debug.enabled), [], way);
                assert.equal(debug.enabled("app"), true, way);
            }
        });
    }

    it("is left alone where it is not set", () => {
        for (const env of [{}, { DEBUG: "" }]) {
            for (const [, debug] of copies) {
                debug.enable("roa");
            }
            silenceSecrets(env);
            assert.ok(copies.every(([, debug]) => debug.enabled("roa")));
        }
    });

    it("has lost what libraries sign and send before the first call is signed", async () => {
        const names = [...telltale, "app"].join(",");
        enterEnvironment({ DEBUG: names });
        for (const [, debug] of copies) {
            debug.enable(names);
        }
        const service = popCoreService({
            hints: stackHints,
            endpoint: () => ({ url: "http://127.0.0.1:1" }),
            region: "cn-hangzhou",
            credentials: () => ({
                name: "a test",
                get: async () => {
                    for (const [way, debug] of copies) {
                        assert.deepEqual([...telltale, "app"].filter(debug.enabled), ["app"], way);
                    }
                    return { accessKeyId: "a", accessKeySecret: "b" };
                },
            }),
            turn: () => async () => {},
        });
        try {
            const reply = await service.describe("i", { leftMs: 5_000, signal: new AbortController().signal });
            assert.equal(reply.kind, "notConnected");
        } finally {
            leaveEnvironment();
        }
    });
});
