import { performance } from "node:perf_hooks";
import { settingsOf } from "../cloud/settings";
import { announcementOf } from "../core/announcement";
import { unknownValue } from "../core/argumentRules";
import { checkArguments, type Declaration, type Properties, readArguments } from "../core/arguments";
import { ConfigurationError, type Surroundings } from "../core/configuration";
import { endpointFor } from "../core/identity/endpoint";
import { regionFor, waysToGiveRegion } from "../core/identity/region";
import type { Settings } from "../core/identity/settings";
import type { Operation } from "../core/operations";
import { acceptanceIn, outputsFor, outputsOfDisabled, resultIn } from "../core/outputs";
import type { Line } from "../core/progress";
import type * as Requests from "../core/request";
import { firstToken, readRecord, type Update, updateBetween } from "../core/update";
import type * as Services from "./services";

/** One resource, as whatever speaks a protocol of Pulumi's knows it. */
export interface Subject {
    readonly operation: Operation;
    readonly urn: string;
}

/** How a create or an update ended. */
export type Written =
    | { readonly kind: "done"; readonly outputs: Properties }
    /** A half success: the engine records the outputs, and the deployment fails with the message. */
    | { readonly kind: "pending"; readonly outputs: Properties; readonly message: string }
    | { readonly kind: "failed"; readonly message: string };

/** What the verbs need from the process they run in. */
export interface Process {
    readonly surroundings: () => Surroundings;
    /** Ends every operation at once. */
    readonly stopped: AbortSignal;
    /** Shows a line beside a resource; resolves when the engine has it. */
    readonly log: (urn: string, line: Line) => Promise<void>;
}

/** The verbs of a resource's life over plain properties: what they decide and do, in no protocol. */
export class Lifecycle {
    #services: Services.Services | undefined;

    constructor(private readonly process: Process) {}

    /** Completes the inputs by the region and says what is wrong with them. */
    check({ operation }: Subject, olds: Properties, news: Properties) {
        const { region, failure } = this.#regionOf(olds, news);
        const inputs = { ...news, ...(region === undefined ? {} : { region }) };
        const failures = checkArguments(operation, inputs);
        if (failure !== undefined) {
            failures.push(`region: ${failure}`);
        }
        // A deployment that sends nothing needs no credentials, but a wrong endpoint is wrong for all.
        failures.push(...this.#problemOf(() => endpointFor(this.#settings, String(region))));
        return { inputs, failures };
    }

    /** Decides what the update would be, and says on the resource what a preview cannot show. */
    async diff({ operation, urn }: Subject, olds: Properties, news: Properties): Promise<Update> {
        const declared = readArguments(operation, urn, news);
        const update = updateBetween(readRecord(urn, declared, olds), declared);
        const announcement = announcementOf(declared, update);
        if (announcement !== undefined) {
            await this.process.log(urn, { message: announcement, ephemeral: false });
        }
        return update;
    }

    /** Makes the first request of a resource. */
    async create({ operation, urn }: Subject, inputs: Properties): Promise<Written> {
        const declared = readArguments(operation, urn, inputs);
        return declared.enabled === false
            ? { kind: "done", outputs: { ...inputs, ...outputsOfDisabled(operation) } }
            : this.#request(declared, firstToken(declared), inputs);
    }

    /** Does what `diff` has decided on the same values. */
    async update({ operation, urn }: Subject, olds: Properties, news: Properties): Promise<Written> {
        const declared = readArguments(operation, urn, news);
        const update = updateBetween(readRecord(urn, declared, olds), declared);
        switch (update.kind) {
            case "request":
                return this.#request(declared, update.clientToken, news, { supersedes: update.supersedes });
            case "finish": {
                const acceptance = acceptanceIn(operation, olds);
                const earlier = acceptance === undefined ? {} : { acceptance };
                return this.#request(declared, update.clientToken, news, { earlier });
            }
            case "record":
                return { kind: "done", outputs: { ...news, ...resultIn(operation, olds) } };
            case "replace":
                return {
                    kind: "failed",
                    message: "a change of instanceId or region replaces the resource and never updates it",
                };
        }
    }

    async #request(
        declared: Declaration,
        clientToken: string,
        inputs: Properties,
        before: Pick<Requests.Request, "earlier" | "supersedes"> = {},
    ): Promise<Written> {
        const { carryOut } = require("../core/request") as typeof Requests;
        const outcome = await carryOut(
            { ...declared, ...before, clientToken },
            {
                service: this.#servicesOfProcess().serviceFor(declared),
                monotonic: () => performance.now(),
                now: () => new Date(),
                random: Math.random,
                signal: this.process.stopped,
                log: (line) => void this.process.log(declared.urn, line),
            },
        );
        return written(declared.operation, inputs, outcome);
    }

    /** Loaded with the first request: a deployment that changes nothing needs nothing of it. */
    #servicesOfProcess(): Services.Services {
        if (this.#services === undefined) {
            const { Services: ServicesOfProcess } = require("./services") as typeof Services;
            this.#services = new ServicesOfProcess(this.process.surroundings, () => this.#settings);
        }
        return this.#services;
    }

    /** A region that is not given stays what it was, so that another runner's environment changes nothing. */
    #regionOf(olds: Properties, news: Properties): { readonly region?: unknown; readonly failure?: string } {
        if (news.region !== undefined && news.region !== null) {
            return { region: news.region };
        }
        const sameInstance = news.instanceId === olds.instanceId || news.instanceId === unknownValue;
        const recorded = sameInstance && typeof olds.region === "string" ? olds.region : undefined;
        const profile = typeof news.profile === "string" && news.profile !== unknownValue ? news.profile : undefined;
        let region: string | undefined;
        const [failure] = this.#problemOf(() => {
            region = regionFor(this.#settings, { recorded, profile })?.value;
        });
        if (failure !== undefined) {
            return { failure };
        }
        return region === undefined
            ? { failure: `is not set; give it as ${waysToGiveRegion(this.#settings)}` }
            : { region };
    }

    /** What is wrong with the settings, if the reason is one that the user can change. */
    #problemOf(read: () => void): readonly string[] {
        try {
            read();
            return [];
        } catch (error) {
            if (error instanceof ConfigurationError) {
                return [error.message];
            }
            throw error;
        }
    }

    get #settings(): Settings {
        return settingsOf(this.process.surroundings(), { namespace: "alicloud", lastResort: true });
    }
}

/** Outputs mirror the inputs, for a later `diff` sees outputs only. */
function written(operation: Operation, inputs: Properties, outcome: Requests.Outcome): Written {
    switch (outcome.kind) {
        case "done":
            return { kind: "done", outputs: { ...inputs, ...outputsFor(operation, outcome.result) } };
        case "pending": {
            const outputs = { ...inputs, ...outputsFor(operation, outcome.result) };
            return { kind: "pending", outputs, message: outcome.message };
        }
        case "failed":
            return outcome;
    }
}
