import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../support/commands";

/** Debian keeps the server's programs off PATH, in a folder for each version. */
const debian = "/usr/lib/postgresql";

/** Starts a PostgreSQL server in a temporary folder, reached by a socket in it and by nothing else; it does not run as root. */
export async function startPostgres(): Promise<{ readonly url: string; stop(): Promise<void> }> {
    const [newest = ""] = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
    const folder = mkdtempSync(join(tmpdir(), "logstash-postgres-"));
    const data = join(folder, "data");
    const server = (program: string, ...args: readonly string[]) =>
        run("runuser", ["-u", "postgres", "--", join(debian, newest, "bin", program), "--pgdata", data, ...args], {
            cwd: folder,
        });
    await run("chown", ["postgres", folder], { cwd: folder });
    await server("initdb", "--username", "pulumi", "--auth", "trust", "--encoding", "UTF8", "--no-sync");
    const options = `-k ${folder} -c listen_addresses= -c fsync=off`;
    await server("pg_ctl", "start", "--wait", "--log", join(folder, "log"), "--options", options);
    return {
        url: `postgres://pulumi@/postgres?host=${folder}&sslmode=disable`,
        async stop() {
            // It does not wait for clients.
            await server("pg_ctl", "stop", "--mode", "fast");
            rmSync(folder, { recursive: true });
        },
    };
}
