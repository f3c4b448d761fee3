import {
    type EmulatorOptions,
    type FaultRule,
    type InstanceOptions,
    SteppedClock,
    startEmulator,
} from "pulumi-alicloud-logstash-emulator";
import { Access } from "./access";
import { type Findings, findingsOf, together } from "./findings";
import { Visit } from "./visit";

const changing = "ls-cn-contract01";
const statuses = {
    [changing]: "activating",
    "ls-cn-contract02": "suspended",
    "ls-cn-contract03": "active",
    "ls-cn-contract04": "inactive",
};
const policy = {
    Version: "1",
    Statement: [{ Effect: "Allow", Action: "elasticsearch:DescribeLogstash", Resource: "*" }],
} as const;
const user = { accessKeyId: "contract-user", accessKeySecret: "contract-secret", accountId: "contract" };
const reader = { ...user, accessKeyId: "contract-reader", policy };

/** What an emulator that is visited does otherwise than by default. */
export interface Difference extends Pick<EmulatorOptions, "behaviour" | "tokenLifetimeMs"> {
    readonly instance?: Omit<InstanceOptions, "instanceId">;
    readonly faults?: readonly FaultRule[];
}

/** Checks everything on an emulator of its own, with an instance for each status and time that is stepped. */
export async function findingsOfEmulator({
    instance = {},
    faults = [],
    ...difference
}: Difference = {}): Promise<Findings> {
    const emulator = await startEmulator({
        ...difference,
        accounts: [user, reader],
        clock: new SteppedClock(),
        instances: Object.entries(statuses).map(([instanceId, status]) => ({
            // Until it is stepped.
            interruptMs: Number.POSITIVE_INFINITY,
            status,
            ...instance,
            instanceId,
        })),
    });
    for (const rule of faults) {
        emulator.faults.add(rule);
    }
    const accessOf = ({ accessKeyId, accessKeySecret }: typeof user) => {
        const env = {
            ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
            ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: emulator.url,
        };
        return new Access({ config: () => undefined, env }, { region: "cn-hangzhou" });
    };
    const visits = Object.keys(statuses).map(
        (instanceId) =>
            new Visit({
                instanceId,
                access: accessOf(user),
                denied: accessOf(reader),
                disruptive: true,
                id: instanceId,
                waitMs: 60_000,
                tokenAgeMs: 0,
                sleep: async () => void emulator.step(changing),
                now: Date.now,
            }),
    );
    try {
        const [first, ...others] = await Promise.all(visits.map(findingsOf));
        return together([first as Findings, ...others]);
    } finally {
        await emulator.stop();
    }
}
