import { createRequire } from "node:module";

/** The namespaces in which pop-core, httpx and `@alicloud/credentials` print what they sign and send, secrets included. */
const telltale = ["roa", "rpc", "httpx:*", "sign"];

/** Keeps secrets out of what `DEBUG` prints, in every copy of `debug` that those libraries load. Other output stays. */
export function silenceSecrets(env: Record<string, string | undefined>): void {
    if (!env.DEBUG) {
        return;
    }
    const names = [env.DEBUG, ...telltale.map((name) => `-${name}`)].join(",");
    const popCore = require.resolve("@alicloud/pop-core");
    const credentials = require.resolve("@alicloud/credentials");
    const users = [
        popCore,
        createRequire(popCore).resolve("httpx"),
        credentials,
        createRequire(credentials).resolve("httpx"),
    ];
    for (const user of users) {
        const debug = createRequire(user)("debug") as { enable(names: string): void };
        debug.enable(names);
    }
}
