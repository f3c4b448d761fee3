import { promisify } from "node:util";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

/** A line as the engine got it. */
export interface EngineLine {
    readonly urn: string;
    readonly message: string;
    readonly ephemeral: boolean;
    readonly severity: string;
}

/** The part of the engine that takes lines from a provider, over gRPC. */
export class Engine {
    private constructor(
        private readonly server: Server,
        readonly address: string,
        /** All lines it got. */
        readonly lines: readonly EngineLine[],
    ) {}

    /** Starts one on loopback; a mute one takes lines and never responds. */
    static async start(isMute = false): Promise<Engine> {
        const server = new Server();
        const lines: EngineLine[] = [];
        server.addService(EngineService as Parameters<Server["addService"]>[0], {
            log({ request }: ServerUnaryCall<LogRequest, Empty>, done: sendUnaryData<Empty>) {
                lines.push(lineIn(request));
                if (!isMute) {
                    done(null, new Empty());
                }
            },
        });
        const bind = promisify(server.bindAsync.bind(server));
        const port = await bind("127.0.0.1:0", ServerCredentials.createInsecure());
        return new Engine(server, `127.0.0.1:${port}`, lines);
    }

    stop(): void {
        this.server.forceShutdown();
    }
}

function lineIn(request: LogRequest): EngineLine {
    const severities = Object.entries(LogSeverity) as readonly (readonly [string, number])[];
    const severity = severities.find(([, value]) => value === request.getSeverity())?.[0] ?? "unknown";
    return { urn: request.getUrn(), message: request.getMessage(), ephemeral: request.getEphemeral(), severity };
}
