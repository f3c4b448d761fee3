import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "pulumi-alicloud-logstash-emulator";
import type { Random } from "./random";

/** Where the program's access key comes from. */
export type Credentials = "environment" | "stack configuration";

/** An account whose secrets are random strings that occur nowhere else. */
export function planAccount(random: Random): Account & { readonly securityToken: string } {
    return {
        accessKeyId: `chaos-key-${random.text(12)}`,
        accessKeySecret: `chaos-secret-${random.text(24)}`,
        securityToken: `chaos-token-${random.text(24)}`,
    };
}

/** Those of the n-th stack of a plan: each kind with each form. */
export function planCredentials(n: number): Credentials {
    return (n + Math.floor(n / 2)) % 2 === 0 ? "environment" : "stack configuration";
}

/** Where a secret is found in clear: in texts, or in any file of a folder. */
export function leaksOf(account: Account, texts: readonly string[], folder: string): string[] {
    const secrets = [account.accessKeySecret, ...(account.securityToken === undefined ? [] : [account.securityToken])];
    const contains = (text: string | Buffer) => secrets.some((secret) => text.includes(secret));
    const places = texts.flatMap((text, index) =>
        contains(text) ? [`the output of run ${index + 1} of the CLI`] : [],
    );
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return [...places, ...files.filter((file) => contains(readFileSync(file)))];
}
