import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

type Environment = Readonly<Record<string, string | undefined>>;

/** What every process of a test run has, whatever else it is given. */
const kept = ["PATH", "TMPDIR"];

let own: { readonly env: Environment; readonly certificates: readonly string[] } | undefined;

/** Gives this process the environment that another would be started with, until `leaveEnvironment`. */
export function enterEnvironment(env: Environment): void {
    own ??= { env: { ...process.env }, certificates: getCACertificates("default") };
    replace({ ...Object.fromEntries(kept.map((name) => [name, own?.env[name]])), ...env });
    // Node reads this variable when it starts.
    const authorities = env.NODE_EXTRA_CA_CERTS;
    setDefaultCACertificates(authorities === undefined ? own.certificates : [readFileSync(authorities, "utf8")]);
}

/** Gives this process its own environment back. */
export function leaveEnvironment(): void {
    if (own !== undefined) {
        replace(own.env);
        setDefaultCACertificates(own.certificates);
        own = undefined;
    }
}

function replace(env: Environment): void {
    for (const name of Object.keys(process.env)) {
        delete process.env[name];
    }
    for (const [name, value] of Object.entries(env)) {
        if (value !== undefined) {
            process.env[name] = value;
        }
    }
}
