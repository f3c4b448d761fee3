import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, type InstanceOptions, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { pluginHeader } from "../../support/pluginPrograms";
import type { Process } from "../../support/processes";
import { type ResourceState, type Run, Stack } from "../../support/stack";
import type { Form } from "./plan";

/** The longest that one run of the CLI may take. */
const maxRunMs = 150_000;

const headers: Readonly<Record<Form, string>> = {
    dynamic: 'const { LogstashTaskInterrupt: Interrupt } = require("pulumi-alicloud-logstash");',
    plugin: pluginHeader,
};

export interface ExportedState {
    /** By the ID of the instance. */
    readonly records: ReadonlyMap<string, ResourceState>;
    readonly pendingOperations: number;
}

/** A stack with its own emulator, and the violations found in it. */
export class Fixture {
    readonly violations: string[] = [];

    private constructor(
        readonly name: string,
        private readonly form: Form,
        readonly emulator: Emulator,
        readonly stack: Stack,
    ) {}

    static async create(name: string, form: Form, instances: readonly InstanceOptions[]): Promise<Fixture> {
        const emulator = await startEmulator({ instances });
        const env = { NODE_OPTIONS: `--require ${join(__dirname, "providerProbe.js")}` };
        const stack = await Stack.create({ emulator, plugin: form === "plugin", program: "", env });
        return new Fixture(name, form, emulator, stack);
    }

    /** Replaces the program: one interrupt for each instance. */
    declare(instanceIds: readonly string[], trigger: string, timeoutSeconds: number): void {
        const all = instanceIds.map((instanceId) => ({ instanceId, timeoutSeconds, triggers: [trigger] }));
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

    /** Runs the CLI to its end. */
    async run(...args: readonly string[]): Promise<Run> {
        const { child, ended } = this.stack.start(...args);
        const timer = setTimeout(() => {
            this.violate(`pulumi ${args[0]} did not end within ${maxRunMs / 1_000} s`);
            child.kill("SIGKILL");
            this.stack.endAll();
        }, maxRunMs);
        const run = await ended;
        clearTimeout(timer);
        return run;
    }

    /** Runs the CLI, and finds it a violation if that calls the service. */
    async runWithoutCalls(...args: readonly string[]): Promise<Run> {
        const { requests } = this.emulator.ledger;
        const before = requests.length;
        const run = await this.run(...args);
        if (requests.length > before) {
            this.violate(`pulumi ${args.join(" ")} made ${requests.length - before} calls`, run.text);
        }
        return run;
    }

    violate(what: string, evidence: string = ""): void {
        this.violations.push(`VIOLATION in ${this.name}: ${what}\n${evidence}`);
    }

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

    /** Whether a process has loaded the provider. Before that it is the SDK's alone, and calls nothing. */
    hasLoadedProvider({ pid }: Process): boolean {
        return existsSync(this.stack.path("home", `handler-${pid}`));
    }

    /** How many processes have loaded the provider. */
    get loads(): number {
        return readdirSync(this.stack.path("home")).filter((name) => name.startsWith("handler-")).length;
    }

    async remove(): Promise<void> {
        this.stack.remove();
        await this.emulator.stop();
    }
}
