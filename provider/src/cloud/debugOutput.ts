import { createRequire } from "node:module";

/** The namespaces in which libraries print what they sign and send. */
const namespaces = ["roa", "rpc", "httpx:*", "sign"];

/** Keeps secrets out of the output of `DEBUG`, in every copy of `debug` that those libraries load. Other output stays. */
export function silenceSecrets(env: Record<string, string | undefined>): void {
    if (!env.DEBUG) {
        return;
    }
    const names = [env.DEBUG, ...namespaces.map((name) => `-${name}`)].join(",");
    for (const library of ["@alicloud/pop-core", "@alicloud/credentials"]) {
        const requireFrom = createRequire(require.resolve(library));
        for (const requireDebug of [requireFrom, createRequire(requireFrom.resolve("httpx"))]) {
            silence(requireDebug, names);
        }
    }
}

function silence(requireDebug: NodeJS.Require, names: string): void {
    try {
        (requireDebug("debug") as { enable(names: string): void }).enable(names);
    } catch {
        // A copy that cannot be loaded prints nothing.
    }
}
