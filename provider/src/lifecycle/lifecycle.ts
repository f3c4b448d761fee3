import { performance } from "node:perf_hooks";
import type * as ServicesModule from "../cloud/services";
import type { ProcessConfig } from "../configuration";
import { processSettings } from "../credentials/processSettings";
import type { Settings } from "../identity/settings";
import type { ConfigSource } from "../identity/sources";
import type { Operation } from "../operations/operations";
import type { Line } from "../request/progress";
import { runRequest } from "../request/run";
import { announcementOf, nothingToResume } from "./announcement";
import { checkArguments, type Declaration, type Properties, readArguments } from "./arguments";
import { replaceFailure, timeoutFailure } from "./checkFailures";
import { type DiffResult, diffResultOf, firstUpdate, type NewRequest, type Update, updateBetween } from "./diff";
import { earlierIn, outputsFor, outputsOfNone, pendingInterruptionIn, resultIn, resultNames } from "./outputs";
import { resolveRegion, settingsFailures } from "./region";
import { triggersWarning, unknownValue } from "./triggers";

/** One resource, as the engine names it. */
export interface ResourceRef {
    readonly operation: Operation;
    readonly urn: string;
}

/** How a create or an update ended. */
export type ApplyResult =
    /** The record is the inputs, because a later `diff` sees outputs only, and these results. */
    | { readonly kind: "done"; readonly results: Properties }
    /** A partial failure: the engine keeps the record, and the deployment fails with the message. */
    | { readonly kind: "pending"; readonly results: Properties; readonly message: string }
    | { readonly kind: "failed"; readonly message: string };

/** The program's own time for one operation, by Pulumi's option `customTimeouts`; it wins over `timeoutSeconds`. */
export interface CustomTimeout {
    readonly name: `customTimeouts.${"create" | "update"}`;
    readonly seconds: number;
}

/** What the lifecycle needs from the process it runs in. */
export interface LifecycleDeps {
    readonly source: ConfigSource;
    readonly config: ProcessConfig;
    /** Ends every operation at once. */
    readonly stopped: AbortSignal;
    /** Shows a line beside a resource; resolves when the engine has it. */
    readonly log: (urn: string, line: Line) => Promise<void>;
}

/** The lifecycle of all resources of a process, over plain properties: both front ends translate it into a protocol. */
export class Lifecycle {
    #services: ServicesModule.Services | undefined;

    constructor(private readonly deps: LifecycleDeps) {}

    /** Completes the inputs by the region and validates them, without the network. */
    async check({ operation, urn }: ResourceRef, olds: Properties, news: Properties) {
        const settings = this.#settings();
        const { region, note, ...resolved } = resolveRegion(settings, olds, news);
        const completion = region === undefined ? {} : { region };
        const inputs = { ...news, ...completion };
        const failures = [
            ...checkArguments(operation, inputs),
            ...resolved.failures,
            ...settingsFailures(settings, olds, inputs),
        ];
        const warning = failures.length === 0 ? triggersWarning(news.triggers) : undefined;
        for (const message of [warning, note].filter((line) => line !== undefined)) {
            await this.deps.log(urn, { message, ephemeral: false });
        }
        return { completion, failures: [...new Set(failures)] };
    }

    /** Decides what the update would be, and shows a line about what the preview cannot show by itself. */
    async diff({ operation, urn }: ResourceRef, olds: Properties, news: Properties): Promise<DiffResult> {
        const declared = readArguments(operation, urn, news);
        const update = updateBetween(olds, declared);
        const message = announcementOf(declared, update);
        if (message !== undefined) {
            await this.deps.log(urn, { message, ephemeral: true });
        }
        return diffResultOf(update);
    }

    /** The results of a create, or of an update of `olds`, as far as they are known before anything is sent. */
    preview({ operation, urn }: ResourceRef, news: Properties, olds?: Properties): Properties {
        const declared = readArguments(operation, urn, news);
        const update = olds === undefined ? firstUpdate(declared) : updateBetween(olds, declared);
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
    create({ operation, urn }: ResourceRef, inputs: Properties, timeout?: CustomTimeout): Promise<ApplyResult> {
        const declared = readArguments(operation, urn, inputs);
        return this.#apply(declared, firstUpdate(declared), undefined, timeout);
    }

    /** Makes the update that `diff` has decided on the same values. */
    update(
        { operation, urn }: ResourceRef,
        olds: Properties,
        news: Properties,
        timeout?: CustomTimeout,
    ): Promise<ApplyResult> {
        const declared = readArguments(operation, urn, news);
        return this.#apply(declared, updateBetween(olds, declared), olds, timeout);
    }

    async #apply(
        declared: Declaration,
        update: Update | NewRequest,
        olds: Properties | undefined,
        timeout: CustomTimeout | undefined,
    ): Promise<ApplyResult> {
        const { operation, urn, instanceId } = declared;
        if (update.kind === "replace") {
            return { kind: "failed", message: replaceFailure };
        }
        if (update.kind === "record") {
            return { kind: "done", results: resultIn(operation, olds ?? {}) };
        }
        if (update.kind === "none") {
            await this.deps.log(urn, { message: nothingToResume(declared), ephemeral: false });
            return { kind: "done", results: outputsOfNone(olds) };
        }
        if (timeout !== undefined) {
            const failure = timeoutFailure(timeout.seconds);
            if (failure !== undefined) {
                return { kind: "failed", message: `${timeout.name}: ${failure}` };
            }
        }
        // An update begins with the line of its announcement.
        let hasStaleLine = olds !== undefined;
        const outcome = await runRequest(
            {
                ...declared,
                ...(timeout && { timeoutSeconds: timeout.seconds, timeoutName: timeout.name }),
                clientToken: update.clientToken,
                ...(update.kind === "finish"
                    ? { earlier: earlierIn(operation, olds ?? {}) }
                    : { supersedes: update.supersedesApplied }),
            },
            {
                openService: () => this.#servicesOfProcess().serviceFor(declared),
                monotonicMs: () => performance.now(),
                now: () => new Date(),
                random: Math.random,
                signal: this.deps.stopped,
                log: (line) => {
                    hasStaleLine = line.ephemeral;
                    void this.deps.log(urn, line);
                },
            },
        );
        if (outcome.kind === "failed") {
            return outcome;
        }
        if (outcome.kind === "done" && hasStaleLine) {
            // The line beside the resource stays after the end.
            await this.deps.log(urn, { message: outcome.result.status, ephemeral: true });
        }
        const resumes = update.kind === "finish" ? pendingInterruptionIn(operation, olds ?? {}) : declared.interruption;
        return { ...outcome, results: outputsFor(operation, instanceId, { ...outcome, resumes }, olds) };
    }

    /** Loaded with the first request: loading takes 30 ms of processor time, and most deployments change nothing here. */
    #servicesOfProcess(): ServicesModule.Services {
        if (this.#services === undefined) {
            const { Services } = require("../cloud/services") as typeof ServicesModule;
            this.#services = new Services(() => this.#settings());
        }
        return this.#services;
    }

    /** The settings for one operation, which reads each file once. */
    #settings(): Settings {
        return processSettings(this.deps.config, this.deps.source);
    }
}
