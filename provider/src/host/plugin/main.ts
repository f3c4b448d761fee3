import { setMaxListeners } from "node:events";
import type * as ProviderRpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import { harmless } from "../../core/foreignText";
import { connectEngineLog } from "../engineLog";
import { grpcOfPulumi } from "../librariesOfPulumi";
import type * as Lifecycles from "../lifecycle";
import { lostEngine } from "../lostEngine";
import { readProviderArguments } from "./providerArguments";
import { providerService } from "./providerService";

/** As Pulumi's own server has it: triggers may be long. */
const longestMessage = 400 * 2 ** 20;

// Other operations go on, as in Pulumi's own server: what they have sent must be recorded.
process.on("uncaughtException", complain);
process.on("unhandledRejection", complain);

const cancelled = new AbortController();
const stopped = AbortSignal.any([lostEngine(process), cancelled.signal]);
// Every operation on its way listens.
setMaxListeners(0, stopped);

let providerArguments = readProviderArguments({}, undefined);
let lifecycle: Lifecycles.Lifecycle | undefined;

const { Server, ServerCredentials } = grpcOfPulumi();
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb") as typeof ProviderRpc;
const server = new Server({ "grpc.max_receive_message_length": longestMessage });
const service = providerService({
    configure(given, name) {
        providerArguments = readProviderArguments(given, name);
    },
    arguments: () => providerArguments,
    lifecycle() {
        // Not before the port is open: a process that is asked for the schema alone needs nothing of it.
        const { Lifecycle } = require("../lifecycle") as typeof Lifecycles;
        lifecycle ??= new Lifecycle({
            frontEnd: () => providerArguments.frontEnd,
            surroundings: () => providerArguments.surroundings,
            log: connectEngineLog(process.argv),
            stopped,
        });
        return lifecycle;
    },
    // Pulumi calls it on Ctrl-C, and at the end of every run.
    cancel: () => cancelled.abort(new Error("the deployment was stopped")),
});
// The type wants every method of the protocol; what is left out is answered as unimplemented.
server.addService(ResourceProviderService, { ...service });
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
        complain(error);
        process.exit(1);
    }
    // What the engine waits for.
    process.stdout.write(`${port}\n`);
});

function complain(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`an unexpected error, please report it: ${harmless(text)}\n`);
}
