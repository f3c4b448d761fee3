import { performance } from "node:perf_hooks";
import type { dynamic } from "@pulumi/pulumi";
import { type CredentialsSource, credentialsFrom } from "../cloud/credentials";
import { type FairUse, fairUse } from "../cloud/limits";
import { popCoreService } from "../cloud/popcore";
import { settingsOf } from "../cloud/settings";
import { type Arguments, checkArguments, readArguments, resolvedSettings, unknownValue } from "../core/arguments";
import { type Change, changeBetween, firstToken, type Recorded } from "../core/change";
import { ConfigurationError, type Surroundings } from "../core/configuration";
import { type Call, callFor } from "../core/identity/call";
import { regionFor, waysToGiveRegion } from "../core/identity/region";
import type { Settings } from "../core/identity/settings";
import { canonicalJson } from "../core/json";
import { type Operation, operations } from "../core/operation";
import { type Acceptance, carryOut, type Request, type Result } from "../core/request";
import type { LogstashService } from "../core/service";
import { operationOf } from "../core/urn";
import { connectEngineLog } from "./engineLog";
import { lostEngine } from "./hostProcess";

/** The properties of a resource as Pulumi hands them over: inputs, or recorded outputs. */
type Properties = Readonly<Record<string, unknown>>;

// The host calls `configure` once and may call the others before it has ended, so it only keeps what it is given.
let surroundings: Surroundings = { config: () => undefined, env: process.env };
const services = new Map<string, LogstashService>();
const sources = new Map<string, CredentialsSource>();
let fairUseOfProcess: FairUse | undefined;
const showLine = connectEngineLog(process.argv);
// From here on: an engine can be lost before it has asked for anything.
const stopped = lostEngine();

/** The provider of all resources: what the pointer in every state loads, so this entry of the package is permanent. */
const provider: dynamic.ResourceProvider<Properties, Properties> = {
    async configure({ config }) {
        surroundings = { config: (key) => config.get(key), env: process.env };
    },

    async check(olds, news) {
        const { region, failure } = regionOf(olds, news);
        const inputs = { ...news, ...(region === undefined ? {} : { region }) };
        const failures = checkArguments(operationIn(news), inputs);
        if (failure !== undefined) {
            failures.push(`region: ${failure}`);
        }
        // With a property named, the CLI would print its value, which may be a secret of the program.
        return { inputs, failures: failures.map((reason) => ({ property: "", reason })) };
    },

    async diff(_id, olds, news) {
        const operation = operationIn(news);
        const change = changeBetween(operation, readRecord(operation, olds), readArguments(operation, news));
        const announcement = announcementOf(operation, change);
        if (announcement !== undefined) {
            await showLine(String(news.resourceUrn), { message: announcement, ephemeral: false });
        }
        switch (change.kind) {
            case "replace":
                return { replaces: [...change.because] };
            case "finish":
                return { changes: true };
            case "request":
                // Left open, so that the engine compares the inputs itself and names what changed.
                return {};
            case "record":
                return sameDeclaration(operation, olds, news) ? { changes: false } : {};
        }
    },

    async create(inputs) {
        const operation = operationIn(inputs);
        const declared = readArguments(operation, inputs);
        const outs = await run(operation, declared, firstToken(operation, declared), inputs);
        return { id: declared.instanceId, outs };
    },

    async update(_id, olds, news) {
        const operation = operationIn(news);
        const declared = readArguments(operation, news);
        const change = changeBetween(operation, readRecord(operation, olds), declared);
        switch (change.kind) {
            case "request":
                return { outs: await run(operation, declared, change.clientToken, news) };
            case "finish":
                return {
                    outs: await run(operation, declared, change.clientToken, news, acceptanceIn(operation, olds)),
                };
            case "record":
                return { outs: { ...recordable(news), ...resultIn(operation, olds) } };
            case "replace":
                throw new Error("a change of instanceId or region replaces the resource and never updates it");
        }
    },

    async delete() {
        // The record goes; what was done to the instance stays as it is.
    },
};

export = provider;

/** Carries out a request and turns its outcome into what Pulumi records: outputs, a half success, or an error. */
async function run(
    operation: Operation,
    declared: Arguments,
    clientToken: string,
    inputs: Properties,
    earlier?: Request["earlier"],
): Promise<Properties> {
    const outcome = await carryOut(
        { ...declared, operation, clientToken, ...(earlier === undefined ? {} : { earlier }) },
        {
            service: serviceFor(declared),
            monotonic: () => performance.now(),
            now: () => new Date(),
            random: Math.random,
            signal: stopped,
            log: (line) => void showLine(declared.resourceUrn, line),
        },
    );
    switch (outcome.kind) {
        case "done":
            return { ...recordable(inputs), ...outputsOf(operation, outcome.result) };
        case "unfinished":
            // The engine records what comes with an ID; of the rest the user sees the reasons only.
            throw Object.assign(new Error(outcome.message), {
                id: declared.instanceId,
                properties: { ...recordable(inputs), ...outputsOf(operation, outcome.result) },
                reasons: [outcome.message],
            });
        case "failed":
            throw new Error(outcome.message);
    }
}

/** One client for each region and account, so that its connections and credentials are shared. */
function serviceFor({ region, profile }: Arguments): LogstashService {
    const key = JSON.stringify([region, profile]);
    let resolved: Call | undefined;
    const call = () => {
        resolved ??= callFor(settings(), region, profile);
        return resolved;
    };
    const service =
        services.get(key) ??
        popCoreService({
            endpoint: () => call().endpoint.url,
            headers: () => call().headers,
            region,
            credentials: () => credentialsFor(call(), profile),
            fairUse: () => {
                fairUseOfProcess ??= fairUse(surroundings);
                return fairUseOfProcess;
            },
        });
    services.set(key, service);
    return service;
}

/** One source for each profile and STS host, so that a role is assumed once. */
function credentialsFor({ identity, stsHost }: Call, profile: string | undefined): CredentialsSource {
    const key = JSON.stringify([stsHost.host, profile]);
    const source = sources.get(key) ?? credentialsFrom(identity, stsHost.host);
    sources.set(key, source);
    return source;
}

function settings(): Settings {
    return settingsOf(surroundings, { namespace: "alicloud", lastResort: true });
}

/** What a preview cannot show by itself. */
function announcementOf(operation: Operation, change: Change): string | undefined {
    const { verb, participle } = operations[operation];
    switch (change.kind) {
        case "request":
            return `${change.because} changed: the instance will be ${participle} again`;
        case "finish":
            return `the last run could not tell how the ${verb} ended: it will be finished, with the same token`;
        case "replace":
            return `${change.because.join(" and ")} changed: the other instance will be ${participle}`;
        case "record":
            return undefined;
    }
}

/** A region that is not given stays what it was, so that another runner's environment changes nothing. */
function regionOf(olds: Properties, news: Properties): { readonly region?: unknown; readonly failure?: string } {
    if (news.region !== undefined && news.region !== null) {
        return { region: news.region };
    }
    const sameInstance = news.instanceId === olds.instanceId || news.instanceId === unknownValue;
    const recorded = sameInstance && typeof olds.region === "string" ? olds.region : undefined;
    const profile = typeof news.profile === "string" && news.profile !== unknownValue ? news.profile : undefined;
    try {
        const region = regionFor(settings(), { recorded, profile });
        return region === undefined
            ? { failure: `is not set; give it as ${waysToGiveRegion(settings())}` }
            : { region: region.value };
    } catch (error) {
        if (error instanceof ConfigurationError) {
            return { failure: error.message };
        }
        throw error;
    }
}

function operationIn(inputs: Properties): Operation {
    return operationOf(String(inputs.resourceUrn));
}

/** Outputs mirror the inputs, for a later `diff` sees outputs only; the URN, which is never compared, is left out. */
function recordable({ resourceUrn: _, ...inputs }: Properties): Properties {
    return inputs;
}

function outputsOf(operation: Operation, { acceptedAt, ...result }: Result): Properties {
    const { participle } = operations[operation];
    const at = acceptedAt === undefined ? {} : { [`${participle}At`]: acceptedAt };
    return { ...result, [participle]: acceptedAt !== undefined, ...at };
}

/** The part of a record that tells how its request ended. */
function resultIn(operation: Operation, olds: Properties): Properties {
    const { participle } = operations[operation];
    const names = ["clientToken", "requestId", "status", participle, `${participle}At`];
    return Object.fromEntries(names.filter((name) => olds[name] !== undefined).map((name) => [name, olds[name]]));
}

/** What an earlier run has recorded about the request it did not finish. */
function acceptanceIn(operation: Operation, olds: Properties): { readonly acceptance?: Acceptance } {
    const at = olds[`${operations[operation].participle}At`];
    const { requestId } = olds;
    if (typeof at !== "string") {
        return {};
    }
    return { acceptance: { at, ...(typeof requestId === "string" ? { requestId } : {}) } };
}

function readRecord(operation: Operation, olds: Properties): Recorded {
    return {
        ...readArguments(operation, olds),
        clientToken: String(olds.clientToken),
        status: String(olds.status),
    };
}

function sameDeclaration(operation: Operation, olds: Properties, news: Properties): boolean {
    const declaration = (values: Properties) =>
        canonicalJson([
            readArguments(operation, values).triggers,
            String(values.profile ?? ""),
            JSON.stringify(resolvedSettings(operation, values)),
        ]);
    return declaration(olds) === declaration(news);
}
