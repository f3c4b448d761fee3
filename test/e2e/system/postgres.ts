import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A PostgreSQL server of its own, in a temporary folder, reached by a socket in it and by nothing else. */
export class Postgres {
    private constructor(
        private readonly folder: string,
        private readonly server: ChildProcess,
    ) {}

    /** The URL of an empty database for Pulumi's state. */
    get url(): string {
        return `postgres://pulumi@/postgres?host=${this.folder}&sslmode=disable`;
    }

    /** Makes a database cluster and starts its server. */
    static async start(): Promise<Postgres> {
        const bin = findServer();
        const folder = mkdtempSync(join(tmpdir(), "logstash-postgres-"));
        try {
            const user = unprivileged();
            if (user !== undefined) {
                chownSync(folder, user.uid, user.gid);
            }
            const data = join(folder, "data");
            const options = { cwd: folder, env: { LC_ALL: "C" }, ...user };
            const initdb = spawn(
                join(bin, "initdb"),
                ["--pgdata", data, "--username", "pulumi", "--auth", "trust", "--encoding", "UTF8", "--no-sync"],
                { ...options, stdio: ["ignore", "pipe", "pipe"] },
            );
            await said(initdb, /Success\./);
            const server = spawn(
                join(bin, "postgres"),
                ["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
                { ...options, stdio: ["ignore", "pipe", "pipe"] },
            );
            const postgres = new Postgres(folder, server);
            await said(server, /ready to accept connections/).catch(async (error: unknown) => {
                await postgres.stop();
                throw error;
            });
            return postgres;
        } catch (error) {
            rmSync(folder, { recursive: true, force: true });
            throw error;
        }
    }

    /** Stops the server and removes all it has stored. */
    async stop(): Promise<void> {
        if (this.server.exitCode === null && this.server.signalCode === null) {
            // A fast shutdown: it does not wait for clients.
            this.server.kill("SIGINT");
            await once(this.server, "exit");
        }
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/** Debian keeps the server's programs off PATH, in a folder for each version. */
function findServer(): string {
    const debian = "/usr/lib/postgresql";
    const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
    const folders = [
        ...versions.map((version) => join(debian, version, "bin")),
        ...(process.env.PATH ?? "").split(delimiter),
    ];
    const found = folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
    if (found === undefined) {
        throw new Error("no PostgreSQL server here: apt-get install -y postgresql");
    }
    return found;
}

/** PostgreSQL refuses to run as root, and wants a user that has a name. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
    if (process.getuid?.() !== 0) {
        return undefined;
    }
    const users = readFileSync("/etc/passwd", "utf8").split("\n");
    const user = ["postgres", "nobody"]
        .map((name) => users.find((line) => line.startsWith(`${name}:`)))
        .find((line) => line !== undefined);
    const [, , uid, gid] = (user ?? "").split(":");
    if (uid === undefined || gid === undefined) {
        throw new Error("there is no user postgres or nobody that could run PostgreSQL");
    }
    return { uid: Number(uid), gid: Number(gid) };
}

/** Resolves when a program has printed something; fails if it ends without. */
function said(child: ChildProcess, awaited: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
        let text = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream?.setEncoding("utf8").on("data", (chunk: string) => {
                text += chunk;
                if (awaited.test(text)) {
                    resolve();
                }
            });
        }
        child.once("error", reject);
        child.once("close", (code) => reject(new Error(`${child.spawnfile} ended with ${code}:\n${text}`)));
    });
}
