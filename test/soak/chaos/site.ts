import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Account, type Emulator, type InstanceOptions, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { linesOf } from "../../support/evidence";
import { pluginHeader } from "../../support/pluginPrograms";
import type { Process } from "../../support/processes";
import { type ResourceState, type Run, Stack } from "../../support/stack";
import type { Form } from "./killPlan";
import { type Credentials, leaksOf } from "./secrets";

/** The longest that one run of the CLI may take. */
const longestRunMs = 150_000;

/** How far an operation may go beyond its time, on a machine that has other things to do. */
const timeMarginMs = 5_000;

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

/** What a stack is opened with. */
export interface SiteOptions {
    readonly name: string;
    readonly form: Form;
    readonly account: Account;
    readonly credentials: Credentials;
    readonly instances: readonly InstanceOptions[];
}

/** A `create` or `update` that has ended, as the provider's process has measured it. */
export interface MeasuredOperation {
    readonly verb: "create" | "update";
    readonly instanceId: string;
    readonly timeoutSeconds: number;
    readonly ms: number;
}

/** A stack with its own emulated cloud and account; everything the CLI prints is kept, to be searched for secrets. */
export class Site {
    readonly violations: Violation[] = [];
    readonly #texts: string[] = [];

    private constructor(
        readonly name: string,
        private readonly form: Form,
        readonly emulator: Emulator,
        readonly stack: Stack,
        private readonly account: Account,
    ) {
        sites.add(this);
    }

    static async open(options: SiteOptions): Promise<Site> {
        const { name, form, account, credentials, instances } = options;
        const emulator = await startEmulator({ accounts: [account], instances });
        const { accessKeyId, accessKeySecret, securityToken = "" } = account;
        const configured = credentials === "stack configuration";
        const namespace = form === "plugin" ? "alicloud-logstash" : "alicloud";
        const stack = await Stack.create({
            emulator,
            plugin: form === "plugin",
            program: "",
            config: configured ? { [`${namespace}:accessKey`]: accessKeyId } : {},
            env: {
                NODE_OPTIONS: `--require ${join(__dirname, "providerProbe.js")}`,
                ...(configured
                    ? {}
                    : {
                          ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
                          ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
                          ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
                      }),
            },
        });
        const site = new Site(name, form, emulator, stack, account);
        if (configured) {
            await site.run("config", "set", "--secret", `${namespace}:secretKey`, accessKeySecret);
            await site.run("config", "set", "--secret", `${namespace}:securityToken`, securityToken);
        }
        return site;
    }

    /** Replaces the program: one interrupt for each declaration, all with one trigger. */
    declare(declarations: readonly Declaration[], trigger: string): void {
        const all = declarations.map((declaration) => ({ ...declaration, triggers: [trigger] }));
        this.stack.program(
            `${headers[this.form]}
             for (const args of ${JSON.stringify(all)}) {
                 new Interrupt("pause-" + args.instanceId, args);
             }`,
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

    /** The operations that have ended up to now: the preload of the provider's processes writes a line for each. */
    get operations(): MeasuredOperation[] {
        const file = this.stack.path("home", "operations");
        const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
        return lines.map((line) => JSON.parse(line) as MeasuredOperation);
    }

    /** All the ledger knows of an instance, in lines. */
    ledgerOf(instanceId: string): string {
        return linesOf(this.emulator.ledger, instanceId).join("\n");
    }

    /** Looks at the times of operations and for secrets, ends what is left of the stack, and removes it. */
    async close(): Promise<void> {
        for (const { verb, instanceId, timeoutSeconds, ms } of this.operations) {
            if (ms > timeoutSeconds * 1_000 + timeMarginMs) {
                const took = `${(ms / 1_000).toFixed(1)} s`;
                this.violate(`${instanceId}: ${verb} took ${took} of ${timeoutSeconds} s`, this.ledgerOf(instanceId));
            }
        }
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

/** What a program begins with. */
const headers: Readonly<Record<Form, string>> = {
    dynamic: 'const { LogstashTaskInterrupt: Interrupt } = require("pulumi-alicloud-logstash");',
    plugin: pluginHeader,
};

const sites = new Set<Site>();

/** Ends and removes every site that an error has left open. */
export async function discardAll(): Promise<void> {
    await Promise.all([...sites].map((site) => site.discard()));
}
