import type * as EngineRpc from "@pulumi/pulumi/proto/engine_grpc_pb";
import type * as EngineMessages from "@pulumi/pulumi/proto/engine_pb";
import type { Line } from "../request/progress";
import { grpcOfPulumi } from "./pulumiLibraries";

/** Shows a line beside a resource in the CLI. Resolves when the engine has the line, or cannot be reached. */
export type EngineLog = (urn: string, line: Line) => Promise<void>;

/** A running engine takes a line within milliseconds. One that does not must not hold an operation up. */
const logTimeoutMs = 2_000;

/**
 * Connects to the engine that started this process: its address is the last argument, behind flags. If no engine responds,
 * lines are lost and nothing else fails.
 */
export function connectEngineLog(args: readonly string[]): EngineLog {
    const address = args.at(-1) ?? "";
    const isAddress = /^[\w.[\]:-]+:\d+$/.test(address);
    let show: EngineLog | undefined;
    return async (urn, line) => {
        if (!isAddress) {
            return;
        }
        try {
            show ??= connect(address);
            await show(urn, line);
        } catch {
            // The line is lost.
        }
    };
}

function connect(address: string): EngineLog {
    // Loaded with the first line, because most operations log none. Generated code has no names that `import` could find.
    const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb") as typeof EngineRpc;
    const { LogRequest, LogSeverity } = require("@pulumi/pulumi/proto/engine_pb") as typeof EngineMessages;
    const { credentials, Metadata } = grpcOfPulumi();
    const client = new EngineClient(address, credentials.createInsecure());
    return (urn, { message, ephemeral, isWarning }) => {
        const request = new LogRequest();
        // ERROR would make the display say that the update failed, with exit code 0.
        request.setSeverity(isWarning === true ? LogSeverity.WARNING : LogSeverity.INFO);
        request.setUrn(urn);
        request.setMessage(message);
        request.setEphemeral(ephemeral);
        const deadline = Date.now() + logTimeoutMs;
        return new Promise((resolve) => {
            client.log(request, new Metadata(), { deadline }, () => resolve());
        });
    };
}
