import { performance } from "node:perf_hooks";
import type * as Services from "../cloud/clients";
import { ConfigurationError, type ProcessConfig } from "../configuration";
import { processSettings } from "../credentials/processSettings";
import { regionFor } from "../identity/call";
import { checkOwnProfile } from "../identity/cliProfiles";
import { endpointFor } from "../identity/endpoint";
import { howToSetRegion } from "../identity/messages";
import type { Settings } from "../identity/settings";
import { describeSource, isConfigured, type ResolvedSetting } from "../identity/sources";
import { stringField } from "../json";
import { descriptorOf, type Operation } from "../operations/operations";
import type { Line } from "../request/progress";
import type * as Requests from "../request/run";
import { announcementOf } from "./announcement";
import { unknownValue } from "./argumentRules";
import { checkArguments, type Declaration, type Properties, readArguments, timeoutProblem } from "./arguments";
import { firstRequest, readRecord, type Update, updateBetween } from "./diff";
import { acceptanceIn, outputsFor, outputsOfNone, resultIn, resultNames } from "./outputs";
import { triggersWarning } from "./triggers";

/** One resource, as whatever speaks a protocol of Pulumi's knows it. */
export interface ResourceRef {
    readonly operation: Operation;
    readonly urn: string;
}

/** How a create or an update ended. */
export type ApplyResult =
    /** The outputs mirror the inputs, for a later `diff` sees outputs only, and these are the rest of them. */
    | { readonly kind: "done"; readonly results: Properties }
    /** A half success: the engine records the outputs, and the deployment fails with the message. */
    | { readonly kind: "pending"; readonly results: Properties; readonly message: string }
    | { readonly kind: "failed"; readonly message: string };

/** What the engine is told of an update before it is made. */
export interface DiffResult {
    /** Absent where the engine is to compare the inputs itself, and to name what changed. */
    readonly changes?: boolean;
    readonly replaces?: string[];
}

/** The program's own time for one operation, by Pulumi's option `customTimeouts`; it wins over `timeoutSeconds`. */
export interface CustomTimeout {
    readonly name: `customTimeouts.${"create" | "update"}`;
    readonly seconds: number;
}

/** How a front end finds its settings. */
export type ConfigSource = Pick<Settings, "namespace" | "declared">;

/** What the verbs need from the process they run in. */
export interface LifecycleDeps {
    readonly configSource: () => ConfigSource;
    readonly config: () => ProcessConfig;
    /** Ends every operation at once. */
    readonly stopped: AbortSignal;
    /** Shows a line beside a resource; resolves when the engine has it. */
    readonly log: (urn: string, line: Line) => Promise<void>;
}

/** The verbs of a resource's life over plain properties: what they decide and do, in no protocol. */
export class Lifecycle {
    #services: Services.Services | undefined;

    constructor(private readonly process: LifecycleDeps) {}

    /** Finds the region, by which the inputs are completed, and says what is wrong with them. */
    async check({ operation, urn }: ResourceRef, olds: Properties, news: Properties) {
        const profile = typeof news.profile === "string" && news.profile !== unknownValue ? news.profile : undefined;
        const settings = this.#settings;
        const { region: found, failure, kept } = this.#regionOf(settings, olds, news, profile);
        const completion = found === undefined ? {} : { region: found };
        const region = news.region ?? found;
        const failures = checkArguments(operation, { ...news, ...completion });
        if (failure !== undefined) {
            failures.push(failure);
        }
        // A deployment that sends nothing needs no credentials, but a wrong endpoint is wrong for all, and so is a new name.
        failures.push(...this.#problemOf(() => endpointFor(settings, String(region))));
        if (profile !== undefined && profile !== olds.profile) {
            failures.push(...this.#problemOf(() => checkOwnProfile(settings, profile), "profile: "));
        }
        const warning = failures.length === 0 ? triggersWarning(news.triggers) : undefined;
        for (const message of [warning, kept].filter((line) => line !== undefined)) {
            await this.process.log(urn, { message, ephemeral: false });
        }
        return { completion, failures: [...new Set(failures)] };
    }

    /** Decides what the update would be, and says on the resource what a preview cannot show. */
    async diff({ operation, urn }: ResourceRef, olds: Properties, news: Properties): Promise<DiffResult> {
        const declared = readArguments(operation, urn, news);
        const update = updateBetween(readRecord(urn, declared, olds), declared);
        const announcement = announcementOf(declared, update);
        if (announcement !== undefined) {
            await this.process.log(urn, { message: announcement, ephemeral: true });
        }
        return differenceOf(update);
    }

    /** The results of a create, or of an update of `olds`, as far as they are known before anything is sent. */
    preview({ operation, urn }: ResourceRef, news: Properties, olds?: Properties): Properties {
        const declared = readArguments(operation, urn, news);
        const update =
            olds === undefined ? firstRequest(declared) : updateBetween(readRecord(urn, declared, olds), declared);
        switch (update.kind) {
            case "record":
                return resultIn(operation, olds ?? {});
            case "none":
                return outputsOfNone(olds);
            case "request":
            case "finish":
            case "replace":
                return Object.fromEntries(resultNames(operation).map((name) => [name, unknownValue]));
        }
    }

    /** Makes the first request of a resource. */
    async create({ operation, urn }: ResourceRef, inputs: Properties, timeout?: CustomTimeout): Promise<ApplyResult> {
        const declared = readArguments(operation, urn, inputs);
        return this.#apply(declared, firstRequest(declared), undefined, timeout);
    }

    /** Does what `diff` has decided on the same values. */
    async update(
        { operation, urn }: ResourceRef,
        olds: Properties,
        news: Properties,
        timeout?: CustomTimeout,
    ): Promise<ApplyResult> {
        const declared = readArguments(operation, urn, news);
        return this.#apply(declared, updateBetween(readRecord(urn, declared, olds), declared), olds, timeout);
    }

    async #apply(
        declared: Declaration,
        update: Update,
        olds: Properties | undefined,
        timeout: CustomTimeout | undefined,
    ): Promise<ApplyResult> {
        const { operation, interruption } = declared;
        switch (update.kind) {
            case "request": {
                const request = { clientToken: update.clientToken, supersedes: update.supersedesApplied };
                return this.#request(declared, request, { olds, resumes: interruption }, timeout);
            }
            case "finish": {
                const recorded = olds ?? {};
                const acceptance = acceptanceIn(operation, recorded);
                const over = acceptance !== undefined && recorded[descriptorOf(operation).resultProperty] !== true;
                const earlier = acceptance === undefined ? {} : { acceptance, over };
                const resumes = operation === "ResumeLogstashTask" ? stringField(recorded, "interruption") : undefined;
                return this.#request(
                    declared,
                    { clientToken: update.clientToken, earlier },
                    { olds, resumes },
                    timeout,
                );
            }
            case "record":
                return { kind: "done", results: resultIn(operation, olds ?? {}) };
            case "none":
                await this.process.log(declared.urn, {
                    message: `this program has nothing to resume on ${declared.instanceId}`,
                    ephemeral: false,
                });
                return { kind: "done", results: outputsOfNone(olds) };
            case "replace":
                return {
                    kind: "failed",
                    message: "a change of instanceId or region replaces the resource and never updates it",
                };
        }
    }

    async #request(
        declared: Declaration,
        request: Pick<Requests.Request, "clientToken" | "earlier" | "supersedes">,
        { olds, resumes }: { readonly olds: Properties | undefined; readonly resumes: string | undefined },
        timeout: CustomTimeout | undefined,
    ): Promise<ApplyResult> {
        if (timeout !== undefined) {
            const problem = timeoutProblem(timeout.seconds);
            if (problem !== undefined) {
                return { kind: "failed", message: `${timeout.name}: ${problem}` };
            }
        }
        const time = timeout === undefined ? {} : { timeoutSeconds: timeout.seconds, timeoutName: timeout.name };
        const { runRequest } = require("../request/run") as typeof Requests;
        const outcome = await runRequest(
            { ...declared, ...time, ...request },
            {
                service: this.#servicesOfProcess().serviceFor(declared),
                monotonic: () => performance.now(),
                now: () => new Date(),
                random: Math.random,
                signal: this.process.stopped,
                log: (line) => void this.process.log(declared.urn, line),
            },
        );
        if (outcome.kind === "failed") {
            return outcome;
        }
        const { operation, instanceId } = declared;
        return { ...outcome, results: outputsFor(operation, instanceId, { ...outcome, resumes }, olds) };
    }

    /** Loaded with the first request: a deployment that changes nothing needs nothing of it. */
    #servicesOfProcess(): Services.Services {
        if (this.#services === undefined) {
            const { Services: ServicesOfProcess } = require("../cloud/clients") as typeof Services;
            this.#services = new ServicesOfProcess(() => this.#settings);
        }
        return this.#services;
    }

    /** A region that is not given stays what it was, so that another runner's environment changes nothing. */
    #regionOf(
        settings: Settings,
        olds: Properties,
        news: Properties,
        profile: string | undefined,
    ): { readonly region?: string; readonly failure?: string; readonly kept?: string } {
        if (news.region !== undefined && news.region !== null) {
            return {};
        }
        const sameInstance = news.instanceId === olds.instanceId || news.instanceId === unknownValue;
        const recorded = sameInstance && typeof olds.region === "string" ? olds.region : undefined;
        let found: ResolvedSetting | undefined;
        const [failure] = this.#problemOf(
            () => {
                found = regionFor(settings, profile);
            },
            profile === undefined ? "region: " : "profile: ",
        );
        if (recorded !== undefined) {
            // What is wrong with the settings is told if a request needs them.
            const kept = found === undefined ? undefined : keptRegion(found, recorded);
            return { region: recorded, ...(kept === undefined ? {} : { kept }) };
        }
        if (failure !== undefined) {
            return { failure };
        }
        if (news.profile === unknownValue) {
            // Its region may be that of the profile.
            return { region: unknownValue };
        }
        const region = found?.value;
        return region === undefined
            ? { failure: `region: is not set; give it as ${howToSetRegion(settings)}` }
            : { region };
    }

    /** What is wrong with the settings, if the reason is one that the user can change. */
    #problemOf(read: () => void, label = ""): readonly string[] {
        try {
            read();
            return [];
        } catch (error) {
            if (error instanceof ConfigurationError) {
                return [label + error.message];
            }
            throw error;
        }
    }

    get #settings(): Settings {
        return processSettings(this.process.config(), this.process.configSource());
    }
}

/** What to say if the stack's region is another than the recorded one. */
function keptRegion({ value, source }: ResolvedSetting, recorded: string): string | undefined {
    return isConfigured(source) && value !== recorded
        ? `${describeSource(source)} is ${value}, and this resource stays in ${recorded}: set \`region\` to replace it`
        : undefined;
}

function differenceOf(update: Update): DiffResult {
    switch (update.kind) {
        case "replace":
            return { replaces: [...update.because] };
        case "finish":
            return { changes: true };
        case "request":
            // Left open, so that the engine compares the inputs itself and names what changed. Of an update that is pending it
            // has kept the inputs from before, to which the program may have returned.
            return update.supersedes ? { changes: true } : {};
        case "record":
        case "none":
            return update.changed ? {} : { changes: false };
    }
}
