import { spawn } from "node:child_process";
import { once } from "node:events";
import {
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    unlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import type { Break } from "./breaks";

const repository = join(__dirname, "..", "..");
const workspaces = ["provider", "emulator"] as const;

/** How a command ended. */
export interface Ended {
    /** `undefined` where its time was over. */
    readonly code: number | null | undefined;
    readonly text: string;
}

/** A copy of the repository, in which sources can be broken; installed packages are those of the original. */
export class Copy {
    private constructor(private readonly folder: string) {}

    static make(): Copy {
        const folder = mkdtempSync(join(tmpdir(), "logstash-breaks-"));
        const left = new Set(["node_modules", ".git", "tmp"]);
        cpSync(repository, folder, { recursive: true, filter: (source) => !left.has(basename(source)) });
        linkModules(folder);
        return new Copy(folder);
    }

    /** Breaks a source; throws unless its original text occurs exactly once. The result mends it again. */
    break({ name, file, original, broken }: Break): () => void {
        const path = this.path("provider", "src", file);
        const text = readFileSync(path, "utf8");
        if (text.split(original).length !== 2) {
            throw new Error(`"${name}" does not fit any more: its original text is not once in ${file}`);
        }
        writeFileSync(
            path,
            text.replace(original, () => broken),
        );
        return () => writeFileSync(path, text);
    }

    path(...parts: readonly string[]): string {
        return join(this.folder, ...parts);
    }

    /** Runs a command in it, and ends it and all it has started when its time is over. */
    async run(command: readonly [string, ...string[]], limitMs: number): Promise<Ended> {
        const [program, ...args] = command;
        const PATH = [this.path("node_modules", ".bin"), process.env.PATH].join(delimiter);
        const child = spawn(program, args, {
            cwd: this.folder,
            env: { ...process.env, PATH },
            stdio: ["ignore", "pipe", "pipe"],
            detached: true,
        });
        let text = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (chunk: string) => {
                text += chunk;
            });
        }
        let isLate = false;
        const timer = setTimeout(() => {
            isLate = true;
            process.kill(-Number(child.pid), "SIGKILL");
        }, limitMs);
        const [code] = (await once(child, "close")) as [number | null];
        clearTimeout(timer);
        return { code: isLate ? undefined : code, text };
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/** What is installed, by links; but for the packages of the workspace, which are those of the copy. */
function linkModules(folder: string): void {
    const modules = join(folder, "node_modules");
    mkdirSync(modules);
    for (const name of readdirSync(join(repository, "node_modules"))) {
        symlinkSync(join(repository, "node_modules", name), join(modules, name));
    }
    for (const workspace of workspaces) {
        const { name } = JSON.parse(readFileSync(join(folder, workspace, "package.json"), "utf8")) as { name: string };
        unlinkSync(join(modules, name));
        symlinkSync(join("..", workspace), join(modules, name));
        const own = join(repository, workspace, "node_modules");
        if (existsSync(own)) {
            symlinkSync(own, join(folder, workspace, "node_modules"));
        }
    }
}
