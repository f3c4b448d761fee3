import { performance } from "node:perf_hooks";
import type { dynamic } from "@pulumi/pulumi";
import { type Arguments, checkArguments, readArguments, unknownValue } from "./core/arguments";
import { changeBetween, firstToken, type Recorded } from "./core/change";
import { defaultRegion, endpointOf, type Surroundings, waysToGiveRegion } from "./core/configuration";
import { credentialsFrom } from "./core/credentials";
import { popCoreService } from "./core/popcore";
import { type Acceptance, carryOut, type Request, type Result } from "./core/request";
import type { LogstashService } from "./core/service";
import { connectEngineLog } from "./engineLog";
import { lostEngine } from "./hostProcess";

/** The properties of a resource as Pulumi hands them over: inputs, or recorded outputs. */
type Properties = Readonly<Record<string, unknown>>;

const operation = "InterruptLogstashTask";

// The host calls `configure` once and may call the others before it has ended, so it only keeps what it is given.
let surroundings: Surroundings = { config: () => undefined, env: process.env };
const services = new Map<string, LogstashService>();
const showLine = connectEngineLog(process.argv);

/** The provider: what the pointer in every state loads, so this entry of the package is permanent. */
const provider: dynamic.ResourceProvider<Properties, Properties> = {
    async configure({ config }) {
        surroundings = { config: (key) => config.get(key), env: process.env };
    },

    async check(olds, news) {
        const region = news.region ?? regionOf(olds, news);
        const inputs = { ...news, ...(region === undefined ? {} : { region }) };
        const failures = checkArguments(withoutPointer(inputs));
        if (region === undefined) {
            failures.push(`region: is not set; give it as ${waysToGiveRegion}`);
        }
        // With a property named, the CLI would print its value, which may be a secret of the program.
        return { inputs, failures: failures.map((reason) => ({ property: "", reason })) };
    },

    async diff(_id, olds, news) {
        const change = changeBetween(operation, readRecord(olds), readArguments(news));
        switch (change.kind) {
            case "replace":
                return { replaces: [...change.because] };
            case "finish":
                return { changes: true };
            case "request":
                // Left open, so that the engine compares the inputs itself and names what changed.
                return {};
            case "record":
                return sameArguments(olds, news) ? { changes: false } : {};
        }
    },

    async create(inputs) {
        const declared = readArguments(inputs);
        return { id: declared.instanceId, outs: await run(declared, firstToken(operation, declared), inputs) };
    },

    async update(_id, olds, news) {
        const declared = readArguments(news);
        const change = changeBetween(operation, readRecord(olds), declared);
        switch (change.kind) {
            case "request":
                return { outs: await run(declared, change.clientToken, news) };
            case "finish":
                return { outs: await run(declared, change.clientToken, news, acceptanceIn(olds)) };
            case "record":
                return { outs: { ...recordable(news), ...resultIn(olds) } };
            case "replace":
                throw new Error("a change of instanceId or region replaces the resource and never updates it");
        }
    },

    async delete() {
        // The record goes; what was interrupted stays as it is.
    },
};

export = provider;

/** Carries out a request and turns its outcome into what Pulumi records: outputs, a half success, or an error. */
async function run(
    declared: Arguments,
    clientToken: string,
    inputs: Properties,
    earlier?: Request["earlier"],
): Promise<Properties> {
    const { region, resourceUrn, waitForSuspended: look } = declared;
    const outcome = await carryOut(
        { operation, ...declared, clientToken, look, ...(earlier === undefined ? {} : { earlier }) },
        {
            service: serviceIn(region),
            monotonic: () => performance.now(),
            now: () => new Date(),
            random: Math.random,
            signal: lostEngine(),
            log: (line) => showLine(resourceUrn, line),
        },
    );
    switch (outcome.kind) {
        case "done":
            return { ...recordable(inputs), ...outputsOf(outcome.result) };
        case "unfinished":
            // The engine records what comes with an ID; of the rest the user sees the reasons only.
            throw Object.assign(new Error(outcome.message), {
                id: declared.instanceId,
                properties: { ...recordable(inputs), ...outputsOf(outcome.result) },
                reasons: [outcome.message],
            });
        case "failed":
            throw new Error(outcome.message);
    }
}

function serviceIn(region: string): LogstashService {
    const known = services.get(region);
    if (known !== undefined) {
        return known;
    }
    const service = popCoreService({
        endpoint: () => endpointOf(region, surroundings),
        region,
        credentials: async () => credentialsFrom(surroundings)(),
    });
    services.set(region, service);
    return service;
}

/** A region that is not given stays what it was, so that another runner's environment changes nothing. */
function regionOf(olds: Properties, news: Properties): unknown {
    const sameInstance = news.instanceId === olds.instanceId || news.instanceId === unknownValue;
    return (sameInstance ? olds.region : undefined) ?? defaultRegion(surroundings);
}

/** Outputs mirror the inputs, for a later `diff` sees outputs only; the URN, which is never compared, is left out. */
function recordable({ resourceUrn: _, ...inputs }: Properties): Properties {
    const { waitForSuspended, whenIdle, timeoutSeconds } = readArguments(inputs);
    return { ...inputs, waitForSuspended, whenIdle, timeoutSeconds };
}

function outputsOf({ acceptedAt, ...result }: Result): Properties {
    const interrupted = acceptedAt !== undefined;
    return { ...result, interrupted, ...(interrupted ? { interruptedAt: acceptedAt } : {}) };
}

/** The part of a record that tells how its request ended. */
function resultIn({ clientToken, requestId, status, interrupted, interruptedAt }: Properties): Properties {
    const result = { clientToken, requestId, status, interrupted, interruptedAt };
    return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined));
}

/** What an earlier run has recorded about the request it did not finish. */
function acceptanceIn({ requestId, interruptedAt }: Properties): { readonly acceptance?: Acceptance } {
    if (typeof interruptedAt !== "string") {
        return {};
    }
    return { acceptance: { at: interruptedAt, ...(typeof requestId === "string" ? { requestId } : {}) } };
}

function readRecord(olds: Properties): Recorded {
    return {
        ...readArguments(olds),
        clientToken: String(olds.clientToken),
        status: String(olds.status),
    };
}

function sameArguments(olds: Properties, news: Properties): boolean {
    const settings = ({ triggers, waitForSuspended, whenIdle, timeoutSeconds }: Arguments) =>
        JSON.stringify([triggers, waitForSuspended, whenIdle, timeoutSeconds]);
    return settings(readArguments(olds)) === settings(readArguments(news));
}

function withoutPointer({ __provider: _, ...values }: Properties): Properties {
    return values;
}
