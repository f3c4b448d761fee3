/**
 * Loaded by `npm test` before anything else: what makes the processes of stacks cheaper, and nothing of what they do different.
 * Other runs of these tests go without.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const preload = JSON.stringify(require.resolve("./preload.cjs"));
process.env.STACK_NODE_OPTIONS = `--require=${preload}`;
// The CLI and its hosts rarely live long enough to need a collection.
process.env.GOGC = "400";

const key = Buffer.alloc(32, "a key for tests").toString("base64");
/** Gives every stack the same key, as HashiCorp Vault would: that spares each run of the CLI 0.25 s to derive one. */
const vault = createServer((_, response) => response.end(JSON.stringify({ data: { plaintext: key } })));

export async function mochaGlobalSetup(): Promise<void> {
    await once(vault.listen(0, "127.0.0.1"), "listening");
    process.env.STACK_VAULT = `http://127.0.0.1:${(vault.address() as AddressInfo).port}`;
}

export function mochaGlobalTeardown(): void {
    vault.close();
}
