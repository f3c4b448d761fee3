import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Where and how a command runs. */
export interface CommandOptions {
    readonly cwd: string;
    /** @default that of a shell, with the tools of this repository on PATH */
    readonly env?: NodeJS.ProcessEnv;
}

export const repository = join(__dirname, "..", "..");

/** The environment without what `npm run` adds: it would send every npm below it to this repository. */
export function shellEnv(): NodeJS.ProcessEnv {
    const added = /^(npm_(?!config_)|npm_config_(local_|global_)?prefix$|INIT_CWD$)/;
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !added.test(name)));
}

/** Runs a command to its end and returns what it printed; fails with that unless the exit code is 0. */
export async function run(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
    const { PATH } = process.env;
    const env = options.env ?? { ...shellEnv(), PATH: `${join(repository, "node_modules", ".bin")}:${PATH}` };
    const child = spawn(command, args, { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let all = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        all += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        all += chunk;
    });
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) {
        throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${all}`);
    }
    return output;
}
