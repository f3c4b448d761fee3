import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Account, type Emulator, type InstanceOptions, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { type ResourceState, type Run, Stack } from "../engine/stack";
import { linesOf } from "../evidence";
import type { Process } from "../processes";
import { type Credentials, leaksOf } from "./secrets";

/** The longest that one run of the CLI may take. */
const longestRunMs = 150_000;

/** What a run of the chaos found to be wrong. */
export interface Violation {
    readonly where: string;
    readonly what: string;
    /** What the ledger and the CLI say about it. */
    readonly evidence: string;
}

/** The part of `pulumi stack export` that matters here. */
export interface ExportedState {
    readonly records: ReadonlyMap<string, ResourceState>;
    readonly pendingOperations: number;
}

/** What a resource is declared with. */
export interface Declaration {
    readonly instanceId: string;
    readonly timeoutSeconds: number;
}

/** A stack with its own emulated cloud and account; everything the CLI prints is kept, to be searched for secrets. */
export class Site {
    readonly violations: Violation[] = [];
    readonly #texts: string[] = [];

    private constructor(
        readonly name: string,
        readonly emulator: Emulator,
        readonly stack: Stack,
        private readonly account: Account,
    ) {
        sites.add(this);
    }

    static async open(
        name: string,
        account: Account,
        credentials: Credentials,
        instances: readonly InstanceOptions[],
    ): Promise<Site> {
        const emulator = await startEmulator({ accounts: [account], instances });
        const { accessKeyId, accessKeySecret, securityToken = "" } = account;
        const probe = { NODE_OPTIONS: `--require ${join(__dirname, "handlerProbe.js")}` };
        const env = {
            ...probe,
            ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
            ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
        };
        const config = { "alicloud:accessKey": accessKeyId };
        const configured = credentials === "stack configuration";
        const stack = await Stack.create({ emulator, program: "", ...(configured ? { config, env: probe } : { env }) });
        const site = new Site(name, emulator, stack, account);
        if (configured) {
            await site.run("config", "set", "--secret", "alicloud:secretKey", accessKeySecret);
            await site.run("config", "set", "--secret", "alicloud:securityToken", securityToken);
        }
        return site;
    }

    /** Replaces the program: one interrupt for each declaration, all with one trigger. */
    declare(declarations: readonly Declaration[], trigger: string): void {
        const all = declarations.map((declaration) => ({ ...declaration, triggers: [trigger] }));
        this.stack.program(
            `const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
             for (const args of ${JSON.stringify(all)}) new LogstashTaskInterrupt("pause-" + args.instanceId, args);`,
        );
    }

    up(...flags: readonly string[]): Promise<Run> {
        return this.run("up", "--yes", "--skip-preview", "--parallel", "100", ...flags);
    }

    /** Runs the CLI to its end, within bounds. */
    async run(...args: readonly string[]): Promise<Run> {
        const { child, ended } = this.stack.start(...args);
        const bound = new AbortController();
        const late = setTimeout(longestRunMs, "late" as const, { signal: bound.signal, ref: false });
        late.catch(() => undefined);
        const first = await Promise.race([ended, late]);
        bound.abort();
        if (first === "late") {
            child.kill("SIGKILL");
            this.stack.endAll();
        }
        const run = await ended;
        this.keep(run.text);
        if (first === "late") {
            this.violate(`pulumi ${args[0]} did not end within ${longestRunMs / 1000} s`, run.text);
        }
        return run;
    }

    /** Takes an output into the search for secrets. */
    keep(text: string): void {
        this.#texts.push(text);
    }

    violate(what: string, evidence: string = ""): void {
        this.violations.push({ where: this.name, what, evidence });
    }

    /** What the state records, by instance. */
    async exported(): Promise<ExportedState> {
        const { code, text } = await this.run("stack", "export");
        if (code !== 0) {
            throw new Error(`${this.name}: the state cannot be exported:\n${text}`);
        }
        const { deployment } = JSON.parse(text) as {
            deployment: { resources?: readonly ResourceState[]; pending_operations?: readonly unknown[] };
        };
        const resources = (deployment.resources ?? []).filter(({ type }) => !type.startsWith("pulumi:"));
        return {
            records: new Map(resources.map((resource) => [String(resource.id), resource])),
            pendingOperations: deployment.pending_operations?.length ?? 0,
        };
    }

    /** Whether a process has loaded the provider; before that it is the SDK's alone, and cannot call the cloud. */
    hasLoadedProvider({ pid }: Process): boolean {
        return existsSync(this.stack.path("home", `handler-${pid}`));
    }

    /** How many processes have done so up to now. */
    get providersLoaded(): number {
        return readdirSync(this.stack.path("home")).filter((name) => name.startsWith("handler-")).length;
    }

    /** All the ledger knows of an instance, in lines. */
    ledgerOf(instanceId: string): string {
        return linesOf(this.emulator.ledger, instanceId).join("\n");
    }

    /** Searches for secrets, ends what is left of the stack, and removes it. */
    async close(): Promise<void> {
        for (const place of leaksOf(this.account, this.#texts, this.stack.path())) {
            this.violate(`a secret is in ${place}`);
        }
        await this.discard();
    }

    async discard(): Promise<void> {
        sites.delete(this);
        this.stack.endAll();
        await this.emulator.stop();
        this.stack.remove();
    }
}

const sites = new Set<Site>();

/** Ends and removes every site that an error has left open. */
export async function discardAll(): Promise<void> {
    await Promise.all([...sites].map((site) => site.discard()));
}
