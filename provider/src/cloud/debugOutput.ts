import { createRequire } from "node:module";

/** The namespaces in which the libraries print what they sign and send, and a proxy's password. */
const telltale = ["roa", "rpc", "httpx:*", "sign", "http-proxy-agent*"];

/** Keeps secrets out of what `DEBUG` prints, in every copy of `debug` that those libraries load. Other output stays. */
export function silenceSecrets(env: Record<string, string | undefined>): void {
    if (!env.DEBUG) {
        return;
    }
    const names = [env.DEBUG, ...telltale.map((name) => `-${name}`)].join(",");
    for (const library of ["@alicloud/pop-core", "@alicloud/credentials"]) {
        const requireFrom = createRequire(require.resolve(library));
        for (const user of [requireFrom, createRequire(requireFrom.resolve("httpx"))]) {
            silence(user, names);
        }
    }
    silence(createRequire(require.resolve("http-proxy-agent")), names);
}

function silence(user: NodeJS.Require, names: string): void {
    try {
        (user("debug") as { enable(names: string): void }).enable(names);
    } catch {
        // A copy that cannot be loaded prints nothing.
    }
}
