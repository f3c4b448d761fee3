import { once, setMaxListeners } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type * as ProviderRpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import { grpcOfPulumi } from "../engine/pulumiLibraries";
import { providerService } from "./service";

/** The limit of Pulumi's own server. Triggers that are too long arrive, and `check` refuses them by their path. */
const maxMessageBytes = 400 * 2 ** 20;

export interface PluginServer {
    readonly port: number;
    /** Ends the server and all its calls. */
    close(): void;
}

/** Serves the resources of this package to one engine, on this machine. Ends every operation when `lost` fires. */
export async function startPlugin(
    process: Pick<NodeJS.Process, "argv" | "env">,
    lost: AbortSignal,
): Promise<PluginServer> {
    const cancelled = new AbortController();
    const stopped = AbortSignal.any([lost, cancelled.signal]);
    // Every running operation listens.
    setMaxListeners(0, stopped);

    const { Server, ServerCredentials } = grpcOfPulumi();
    const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb") as typeof ProviderRpc;
    const server = new Server({ "grpc.max_receive_message_length": maxMessageBytes });
    // The type demands every method of the protocol; gRPC responds to a missing one that it is not implemented.
    server.addService(ResourceProviderService, { ...providerService(process, stopped, cancelled) });
    // gRPC's own listener takes 4 ms longer: it parses addresses with a pattern that Node.js compiles for that long.
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
