import { once, setMaxListeners } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type * as ProviderRpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import { connectEngineLog } from "../engine/engineLog";
import { grpcOfPulumi } from "../engine/pulumiLibraries";
import type * as Lifecycles from "../lifecycle/lifecycle";
import { readProviderArguments } from "./providerArguments";
import { providerService } from "./service";

/** As Pulumi's own server has it: triggers that are too long arrive too, and are rejected in words of ours. */
const longestMessage = 400 * 2 ** 20;

/** A plugin that the engine can call. */
export interface PluginServer {
    readonly port: number;
    /** Ends it, whoever is calling. */
    close(): void;
}

/** Serves the resources of this package to one engine, on this machine. Ends every operation when `lost` fires. */
export async function startPlugin(
    { argv, env }: Pick<NodeJS.Process, "argv" | "env">,
    lost: AbortSignal,
): Promise<PluginServer> {
    const cancelled = new AbortController();
    const stopped = AbortSignal.any([lost, cancelled.signal]);
    // Every operation on its way listens.
    setMaxListeners(0, stopped);

    let providerArguments = readProviderArguments({}, undefined, env);
    let lifecycle: Lifecycles.Lifecycle | undefined;

    const { Server, ServerCredentials } = grpcOfPulumi();
    const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb") as typeof ProviderRpc;
    const server = new Server({ "grpc.max_receive_message_length": longestMessage });
    const service = providerService({
        configure(given, name) {
            providerArguments = readProviderArguments(given, name, env);
        },
        arguments: () => providerArguments,
        lifecycle() {
            // Not before the port is open: a process that is asked for the schema alone needs nothing of it.
            const { Lifecycle } = require("../lifecycle/lifecycle") as typeof Lifecycles;
            lifecycle ??= new Lifecycle({
                configSource: () => providerArguments.frontEnd,
                config: () => providerArguments.surroundings,
                log: connectEngineLog(argv),
                stopped,
            });
            return lifecycle;
        },
        // Pulumi calls it on Ctrl-C, and at the end of every run.
        cancel: () => cancelled.abort(new Error("the deployment was stopped")),
    });
    // The type wants every method of the protocol; what is left out is answered as unimplemented.
    server.addService(ResourceProviderService, { ...service });
    // A listener of our own, because gRPC's takes 4 ms longer: it traces addresses, for which Node.js compiles a long pattern.
    const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
    const listener = createServer((connection) => injector.injectConnection(connection)).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    return {
        port,
        close() {
            listener.close();
            server.forceShutdown();
        },
    };
}
