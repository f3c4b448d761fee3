import { strict as assert } from "node:assert";
import { createRequire } from "node:module";
import { silenceSecrets } from "../../provider/src/cloud/debugOutput";
import { enterEnvironment, leaveEnvironment } from "../integration/provider/environment";
import { serviceAt } from "../integration/provider/service";

interface Debug {
    enabled(name: string): boolean;
    enable(names: string): void;
    disable(): string;
}

const provider = createRequire(require.resolve("../../provider/src/cloud/debugOutput"));
const from = (modules: NodeJS.Require, ...names: readonly string[]) =>
    names.reduce((module, name) => createRequire(module.resolve(name)), modules);

/** The copies of `debug` in the libraries that see secrets, by the path to each. */
const copies = [
    ["@alicloud/pop-core"],
    ["@alicloud/pop-core", "httpx"],
    ["@alicloud/credentials"],
    ["@alicloud/credentials", "httpx"],
].map((path) => [path.join(" > "), from(provider, ...path)("debug") as Debug] as const);

/** What they print: signed requests and keys. */
const namespaces = ["roa", "rpc", "sign", "httpx:request"];

describe("the output of `DEBUG`", () => {
    afterEach(() => {
        for (const [, debug] of copies) {
            debug.disable();
        }
    });

    it("is left alone when it is not set", () => {
        for (const env of [{}, { DEBUG: "" }]) {
            for (const [, debug] of copies) {
                debug.enable("roa");
            }
            silenceSecrets(env);
            assert.ok(copies.every(([, debug]) => debug.enabled("roa")));
        }
    });

    it("has everything else, and nothing that libraries sign and send, when the first call is signed", async () => {
        enterEnvironment({ DEBUG: "*" });
        for (const [, debug] of copies) {
            debug.enable("*");
        }
        const get = async () => {
            for (const [path, debug] of copies) {
                assert.deepEqual([...namespaces, "app"].filter(debug.enabled), ["app"], path);
            }
            return { accessKeyId: "a", accessKeySecret: "b" };
        };
        const service = serviceAt("http://127.0.0.1:1", { credentials: { get } });
        try {
            const response = await service.describe("i", { leftMs: 5_000, signal: new AbortController().signal });
            assert.equal(response.kind, "notConnected");
        } finally {
            leaveEnvironment();
        }
    });
});
