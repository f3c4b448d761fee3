#!/usr/bin/env node
import { parseArgs } from "node:util";
import { type InstanceOptions, type Outcome, type RequestEntry, startEmulator, testAccount } from "../index";

const usage = `Usage: npm run emulator -- [options]

A stand-in for Alibaba Cloud's Logstash API on this machine, for "pulumi up" without an account.

  --port <number>           port to listen on (default 8017; 0 takes any free one)
  --instance <id[:status]>  an instance, activating unless said otherwise; repeatable (default ls-cn-demo0001)
  --region <region>         the region of the instances (default cn-hangzhou)
  --help                    print this text
`;

interface Arguments {
    readonly port: number;
    readonly region: string;
    readonly instances: readonly InstanceOptions[];
}

function readArguments(): Arguments | "help" {
    const { values } = parseArgs({
        options: {
            port: { type: "string", default: "8017" },
            instance: { type: "string", multiple: true, default: ["ls-cn-demo0001"] },
            region: { type: "string", default: "cn-hangzhou" },
            help: { type: "boolean", default: false },
        },
    });
    if (values.help) {
        return "help";
    }
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
        throw new Error(`--port is "${values.port}"; it must be a number from 0 to 65535.`);
    }
    const { region } = values;
    const instances = values.instance.map((text): InstanceOptions => {
        const [instanceId = "", status = "activating"] = text.split(":");
        if (instanceId === "" || status === "") {
            throw new Error(`--instance is "${text}"; it must be an ID, or an ID and a status: ls-cn-demo0001:active.`);
        }
        // Three seconds to suspend, so that a person sees the wait.
        return { instanceId, region, status, interruptMs: 3000 };
    });
    return { port: Number(values.port), region, instances };
}

function describeOutcome(outcome: Outcome): string {
    switch (outcome.kind) {
        case "open":
            return "…";
        case "answered":
            return String(outcome.status);
        case "refused":
            return `${outcome.status} ${outcome.code}`;
        case "dropped":
            return "connection reset";
    }
}

function logLine({ time, operation, instanceId, outcome, replay, effect }: RequestEntry): string {
    const notes = [replay ? "replay of a client token" : "", effect === undefined ? "" : `effect ${effect}`];
    return [time, operation, instanceId, describeOutcome(outcome), ...notes].filter((part) => part !== "").join("  ");
}

async function run({ port, region, instances }: Arguments): Promise<void> {
    const emulator = await startEmulator({ port, instances, onOutcome: (entry) => console.log(logLine(entry)) });
    const first = instances[0]?.instanceId ?? "ID";
    console.log(`The emulator listens on ${emulator.url}, and shows there in a browser what happens.

Instances:
${instances.map(({ instanceId, status }) => `  ${instanceId}  ${status}  ${region}`).join("\n")}

Point a stack at it:
  pulumi config set alicloud:region ${region}
  pulumi config set alicloud:accessKey ${testAccount.accessKeyId}
  pulumi config set --secret alicloud:secretKey ${testAccount.accessKeySecret}
  pulumi config set --path 'alicloud:endpoints[0].elasticsearch' ${emulator.url}

Drive it by hand:
  curl ${emulator.url}/_emulator/state
  curl -X POST ${emulator.url}/_emulator/instances/${first}/start-change
  curl -X POST ${emulator.url}/_emulator/instances/${first}/step

Requests, until Ctrl-C:`);
    const stop = () => void emulator.stop();
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
}

async function main(): Promise<void> {
    const read = readArguments();
    if (read === "help") {
        console.log(usage);
    } else {
        await run(read);
    }
}

main().catch((error: unknown) => {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 1;
});
