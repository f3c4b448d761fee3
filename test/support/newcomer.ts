import { mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { engineEnv, findEngine } from "../../scripts/engine";
import { repository, run, shellEnv } from "./commands";

/**
 * The environment of a new user with a home in a folder: Node.js and the CLI, nothing of this repository, and nothing of
 * Pulumi's or Alibaba Cloud's is set.
 */
export async function newcomersEnv(folder: string): Promise<NodeJS.ProcessEnv> {
    const [home, state] = [join(folder, "home"), join(folder, "state")];
    mkdirSync(home);
    mkdirSync(state);
    // Only downloads are taken from where they are.
    const settings = ["cache", "userconfig"].map(async (key) => [
        `npm_config_${key}`,
        (await run("npm", ["config", "get", key], { cwd: folder, env: shellEnv() })).trim(),
    ]);
    const others = Object.entries(shellEnv()).filter(([name]) => !/^(PULUMI|ALI(BABA_?)?CLOUD)_/.test(name));
    // What `npm run` puts first on PATH are the tools of this repository.
    const path = (process.env.PATH ?? "").split(delimiter).filter((part) => !part.includes("node_modules"));
    const PATH = [dirname(process.execPath), ...path].join(delimiter);
    return {
        ...engineEnv(await findEngine(), {
            ...Object.fromEntries([...others, ...(await Promise.all(settings))]),
            PATH,
        }),
        HOME: home,
        PULUMI_HOME: join(home, ".pulumi"),
        // Instead of `pulumi login`, a passphrase, and the answer "yes".
        PULUMI_BACKEND_URL: `file://${state}`,
        PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
        PULUMI_SKIP_CONFIRMATIONS: "true",
    };
}

/** The files of the repository as a fresh clone has them, with those that are not committed yet. */
export async function cloneFiles(): Promise<readonly string[]> {
    const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
    return (await run("git", listed, { cwd: repository })).split("\0").filter(Boolean);
}

/** A text with each key replaced; fails if it does not have one. */
export function replaced(text: string, changes: Readonly<Record<string, string>>): string {
    return Object.entries(changes).reduce((result, [from, to]) => {
        if (!result.includes(from)) {
            throw new Error(`there is no "${from}"`);
        }
        return result.replace(from, to);
    }, text);
}
