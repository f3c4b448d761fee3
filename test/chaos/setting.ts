import { type KeyAndCertificate, selfSigned } from "pulumi-alicloud-logstash-emulator";
import { type ForwardFate, ForwardProxy, type TunnelFate } from "./forwardProxy";
import type { Site } from "./site";
import type { ClockStep, SituationRound } from "./situationPlan";
import { type Generation, signalsOf } from "./verdict";

/** A situation set up around one stack. */
export interface Setting {
    /** What the stack is opened with. */
    readonly tls?: KeyAndCertificate;
    readonly env?: Readonly<Record<string, string>>;
    readonly config?: Readonly<Record<string, string>>;
    /** Lets the trouble begin. */
    begin(site: Site): void;
    /** Whether, as far as the provider can know, a request for an instance may have been done. */
    mayBeDone(site: Site, generation: Generation, instanceId: string): boolean;
    /** Ends the trouble, and tells what there was of it. */
    mend(site: Site): string;
    /** Removes what was set up. */
    close(): Promise<void>;
}

/** The instances of a round, in the order of its cases. */
export function instanceIdOf(index: number): string {
    return `ls-cn-situation${String(index).padStart(4, "0")}`;
}

/** Sets up what a round says; until it begins everything works. */
export async function prepare(round: SituationRound): Promise<Setting> {
    const { situation } = round;
    switch (situation.kind) {
        case "plain proxy":
            return plainProxy(round);
        case "tunnel":
            return tunnel(situation.fates);
        case "full queue":
            return ownFaults(round, {});
        case "stepped clock":
            return ownFaults(round, {
                env: { CHAOS_CLOCK_STEPS: JSON.stringify(situation.steps) },
                config: { "alicloud-logstash:requestsPerSecond": String(situation.requestsPerSecond) },
            });
    }
}

const noExceptions = { NO_PROXY: "", no_proxy: "" };

async function plainProxy({ cases }: SituationRound): Promise<Setting> {
    const fates = new Map(cases.map((planned, n) => [instanceIdOf(n), planned.fates]));
    const met = new Map<string, ForwardFate[]>();
    let hasBegun = false;
    const forward = (method: string, path: string): ForwardFate => {
        const instanceId = /logstashes\/([^/]+)/.exec(path)?.[1];
        const planned = instanceId === undefined ? undefined : fates.get(instanceId);
        if (!hasBegun || planned === undefined) {
            return "pass";
        }
        const call = method === "POST" ? "POST" : "GET";
        const key = `${call} ${instanceId}`;
        const before = met.get(key) ?? [];
        const fate = planned[call][before.length] ?? "pass";
        met.set(key, [...before, fate]);
        return fate;
    };
    const proxy = await ForwardProxy.start({ forward, tunnel: () => "pass" });
    return {
        env: { HTTP_PROXY: proxy.url, ...noExceptions },
        begin: () => {
            hasBegun = true;
        },
        // What the proxy was given it may have passed on, whatever it did in truth; a 407 says that it has not.
        mayBeDone: (_site, _generation, instanceId) =>
            (met.get(`POST ${instanceId}`) ?? []).some((fate) => fate !== "407"),
        mend: () => {
            proxy.mend();
            return counted([...met.values()].flat());
        },
        close: () => proxy.stop(),
    };
}

async function tunnel(fates: readonly TunnelFate[]): Promise<Setting> {
    const met: TunnelFate[] = [];
    let hasBegun = false;
    const next = (): TunnelFate => {
        const fate = (hasBegun ? fates[met.length] : undefined) ?? "pass";
        if (hasBegun) {
            met.push(fate);
        }
        return fate;
    };
    const proxy = await ForwardProxy.start({ forward: () => "407", tunnel: next });
    return {
        tls: selfSigned(),
        env: { HTTPS_PROXY: proxy.url, ...noExceptions },
        begin: () => {
            hasBegun = true;
        },
        mayBeDone: wasSent,
        mend: () => {
            proxy.mend();
            return counted(met);
        },
        close: () => proxy.stop(),
    };
}

function ownFaults({ cases }: SituationRound, rest: Pick<Setting, "env" | "config">): Setting {
    let stepsBefore = 0;
    return {
        ...rest,
        begin: (site) => {
            stepsBefore = site.noted("clock-steps").length;
            for (const [n, { rules }] of cases.entries()) {
                for (const rule of rules) {
                    site.emulator.faults.add({ ...rule, instanceId: instanceIdOf(n) });
                }
            }
        },
        mayBeDone: wasSent,
        mend: (site) => {
            site.emulator.faults.clear();
            const steps = site.noted<ClockStep>("clock-steps").slice(stepsBefore);
            return steps.map(({ byMs }) => `clock ${byMs > 0 ? "+" : ""}${Math.round(byMs / 1_000)} s`).join(", ");
        },
        close: async () => {},
    };
}

/** Whether a request has come to the cloud that was not refused. */
function wasSent(site: Site, generation: Generation, instanceId: string): boolean {
    return signalsOf(site, generation, instanceId).some(({ fault }) => fault !== "throttling");
}

function counted(fates: readonly string[]): string {
    const groups = Object.entries(Object.groupBy(fates, (fate) => fate)).sort(([a], [b]) => (a < b ? -1 : 1));
    return groups.map(([fate, list = []]) => `${list.length} × ${fate}`).join(", ");
}
