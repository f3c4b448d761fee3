import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError, status } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type PluginServer, startPlugin } from "../../../provider/src/plugin/server";

const executable = "pulumi-resource-alicloud-logstash";
/** The variable that names the folder of another plugin, which then runs in a process of its own in every test. */
export const pluginVariable = "TEST_PLUGIN";

/** The SDK's own dynamic-provider server, and the plugin. */
export const servers = {
    dynamic: require.resolve("@pulumi/pulumi/cmd/dynamic-provider"),
    plugin: join(
        process.env[pluginVariable] ?? dirname(require.resolve("pulumi-alicloud-logstash/package.json")),
        "bin",
        executable,
    ),
};

/** The properties of a resource as a call transports them. */
export type Properties = Record<string, unknown>;

/** A partial failure: what the engine would record, and the reasons it would print. */
export interface InitFailure {
    readonly id: string;
    readonly properties: Properties;
    readonly reasons: readonly string[];
}

/** The error of a call as the engine sees it. */
export class CallError extends Error {
    constructor(
        message: string,
        readonly initFailure: InitFailure | undefined,
    ) {
        super(message);
    }
}

/** The error of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<CallError> {
    const error = await call.then(
        () => assert.fail("the call should have failed"),
        (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof CallError);
    return error;
}

/** What a server is started with, and what is called. */
interface Calls {
    /** With which the engine begins. A plugin is given secrets in their envelopes. */
    readonly config?: Properties;
    readonly env?: Readonly<Record<string, string>>;
    /** The address of the engine. */
    readonly engineAddress?: string;
    /** Of the resource that all calls are for; the dynamic provider is told it by an input. @default "" */
    readonly urn?: string;
    /** The name of a provider that the program declares. @default that of the default provider */
    readonly provider?: string;
}

/** How a create or an update is called. */
interface Applying {
    /** From `customTimeouts`. @default none */
    readonly seconds?: number;
    readonly isPreview?: boolean;
}

/** A provider's server in a process of its own, spoken to over gRPC as the engine does. */
export class Host {
    private constructor(
        private readonly running: { readonly process: ChildProcess } | PluginServer,
        readonly client: ResourceProviderClient,
        private readonly urn: string,
    ) {}

    /** Starts the server and hands it the stack configuration. */
    static async start(
        options: Calls & {
            /** @default "dynamic" */
            readonly server?: keyof typeof servers;
            readonly cwd?: string;
            /** @default "inherit" */
            readonly stderr?: "inherit" | "pipe";
        },
    ): Promise<Host> {
        const server = servers[options.server ?? "dynamic"];
        const child = spawn(process.execPath, [server, options.engineAddress ?? "127.0.0.1:1"], {
            cwd: options.cwd ?? join(__dirname, "..", "..", ".."),
            env: { PATH: process.env.PATH, ...options.env },
            stdio: ["pipe", "pipe", options.stderr ?? "inherit"],
        });
        assert.ok(child.stdout !== null);
        const [port] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
        return Host.#configured({ process: child }, port, options);
    }

    /** The plugin in this process. */
    static async ofPlugin(options: Calls): Promise<Host> {
        if (process.env[pluginVariable] !== undefined) {
            return Host.start({ server: "plugin", ...options });
        }
        const argv = ["node", executable, options.engineAddress ?? "127.0.0.1:1"];
        const server = await startPlugin({ argv, env: options.env ?? {} }, new AbortController().signal);
        return Host.#configured(server, String(server.port), options);
    }

    static async #configured(
        running: { readonly process: ChildProcess } | PluginServer,
        port: string,
        options: Calls,
    ): Promise<Host> {
        // As the engine's: it takes messages of any length.
        const channel = { "grpc.max_receive_message_length": -1 };
        const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), channel);
        const host = new Host(running, client, options.urn ?? "");
        const request = new rpc.ConfigureRequest();
        request.setName(options.provider ?? "default");
        request.setArgs(struct(options.config ?? {}));
        await call<rpc.ConfigureResponse>((done) => client.configure(request, done));
        return host;
    }

    /** The same server, called for another resource. */
    of(urn: string): Host {
        return new Host(this.running, this.client, urn);
    }

    async check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: string[] }> {
        const request = new rpc.CheckRequest();
        request.setUrn(this.urn);
        request.setOlds(struct(olds));
        request.setNews(struct(news));
        const response = await call<rpc.CheckResponse>((done) => this.client.check(request, done));
        return {
            inputs: plain(response.getInputs()),
            failures: response.getFailuresList().map((failure) => `${failure.getProperty()}|${failure.getReason()}`),
        };
    }

    async diff(olds: Properties, news: Properties): Promise<{ changes: number; replaces: string[] }> {
        const request = new rpc.DiffRequest();
        request.setUrn(this.urn);
        request.setId(String(olds.instanceId));
        request.setOlds(struct(olds));
        request.setNews(struct(news));
        const response = await call<rpc.DiffResponse>((done) => this.client.diff(request, done));
        return { changes: response.getChanges(), replaces: response.getReplacesList() };
    }

    async create(inputs: Properties, how: Applying = {}): Promise<{ id: string; outs: Properties }> {
        const request = new rpc.CreateRequest();
        request.setUrn(this.urn);
        request.setProperties(struct(inputs));
        request.setTimeout(how.seconds ?? 0);
        request.setPreview(how.isPreview ?? false);
        const response = await call<rpc.CreateResponse>((done) => this.client.create(request, done));
        return { id: response.getId(), outs: plain(response.getProperties()) };
    }

    async update(olds: Properties, news: Properties, how: Applying = {}): Promise<Properties> {
        const request = new rpc.UpdateRequest();
        request.setUrn(this.urn);
        request.setId(String(olds.instanceId));
        request.setOlds(struct(olds));
        request.setNews(struct(news));
        request.setTimeout(how.seconds ?? 0);
        request.setPreview(how.isPreview ?? false);
        const response = await call<rpc.UpdateResponse>((done) => this.client.update(request, done));
        return plain(response.getProperties());
    }

    async delete(properties: Properties): Promise<void> {
        const request = new rpc.DeleteRequest();
        request.setId(String(properties.instanceId));
        request.setProperties(struct(properties));
        await call((done) => this.client.delete(request, done));
    }

    async cancel(): Promise<void> {
        await call((done) => this.client.cancel(new Empty(), done));
    }

    /** The process of its own. */
    get process(): ChildProcess {
        assert.ok("process" in this.running);
        return this.running.process;
    }

    /** Ends the server. */
    async stop(): Promise<void> {
        this.client.close();
        if ("close" in this.running) {
            this.running.close();
        } else if (this.process.exitCode === null && this.process.signalCode === null) {
            this.process.kill("SIGKILL");
            await once(this.process, "exit");
        }
    }
}

/** One call of a client, as a promise. */
export function call<T>(start: (done: (error: ServiceError | null, response: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
        start((error, response) => {
            if (error === null) {
                resolve(response);
            } else {
                // Any other code says that nobody has responded.
                reject(error.code === status.UNKNOWN ? callError(error) : error);
            }
        });
    });
}

/** As the engine reads it: where there are details, they say the code and the text, and name their type. */
function callError(error: ServiceError): CallError {
    const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
    if (!Buffer.isBuffer(packed)) {
        return new CallError(error.details, undefined);
    }
    const details = Status.deserializeBinary(packed);
    assert.equal(details.getCode(), error.code);
    const { deserializeBinary } = rpc.ErrorResourceInitFailed;
    const failed = details.getDetailsList()[0]?.unpack(deserializeBinary, "pulumirpc.ErrorResourceInitFailed");
    assert.ok(failed);
    return new CallError(details.getMessage(), {
        id: failed.getId(),
        properties: plain(failed.getProperties()),
        reasons: failed.getReasonsList(),
    });
}

export function struct(properties: Properties): Struct {
    return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

export function plain(properties: Struct | undefined): Properties {
    return (properties?.toJavaScript() ?? {}) as Properties;
}
