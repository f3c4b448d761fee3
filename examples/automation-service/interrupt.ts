import { type EngineEvent, LocalWorkspace } from "@pulumi/pulumi/automation";
import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";

export interface Interrupted {
    status: string;
    /** False when the instance was suspended already. */
    interrupted: boolean;
    requestId: string | undefined;
}

/**
 * Interrupts the running change of an instance, once for each release: a second call for the same release sends nothing
 * and returns the same. Throws the provider's own words.
 */
export async function interrupt(instanceId: string, release: string, timeoutSeconds = 600): Promise<Interrupted> {
    const program = async () => {
        const pause = new LogstashTaskInterrupt("pause", { instanceId, triggers: [release], timeoutSeconds });
        return { status: pause.status, interrupted: pause.interrupted, requestId: pause.requestId };
    };
    const stack = await LocalWorkspace.createOrSelectStack(
        { projectName: "logstash-interrupts", stackName: instanceId, program },
        // Where Pulumi's provider process finds node_modules; the default is an empty temporary folder.
        { workDir: __dirname },
    );

    const errors: string[] = [];
    const onEvent = ({ diagnosticEvent }: EngineEvent) => {
        if (diagnosticEvent?.severity === "error" && diagnosticEvent.urn?.endsWith("::pause")) {
            errors.push(diagnosticEvent.message.trim());
        }
    };
    // The resource keeps to its own time; the signal is for an engine that can't even start it.
    const signal = AbortSignal.timeout((timeoutSeconds + 60) * 1000);
    try {
        const { outputs } = await stack.up({ onEvent, signal });
        return {
            status: outputs.status?.value,
            interrupted: outputs.interrupted?.value,
            requestId: outputs.requestId?.value,
        };
    } catch (cause) {
        throw errors.length > 0 ? new Error(errors.join("\n"), { cause }) : cause;
    }
}
