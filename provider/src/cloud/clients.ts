import { type CredentialsSource, credentialsFrom } from "../credentials/credentials";
import { type Call, callFor, regionFor } from "../identity/call";
import { configHints } from "../identity/endpoint";
import type { Settings } from "../identity/settings";
import type { Declaration } from "../lifecycle/arguments";
import type { LogstashService } from "../request/client";
import { popCoreService } from "./popcore";
import { type Acquire, rateLimit } from "./rateLimit";

/** The services that the resources of one process share. */
export class Services {
    readonly #services = new Map<string, LogstashService>();
    readonly #sources = new Map<string, CredentialsSource>();
    #turn: Acquire | undefined;

    constructor(private readonly settings: () => Settings) {}

    /** One client for each region and account, so that its connections and credentials are shared. */
    serviceFor({ region, profile }: Declaration): LogstashService {
        const key = JSON.stringify([region, profile]);
        const service = this.#services.get(key) ?? this.#newService(region, profile);
        this.#services.set(key, service);
        return service;
    }

    #newService(region: string, profile: string | undefined): LogstashService {
        const settings = this.settings();
        let resolved: Call | undefined;
        const call = () => {
            resolved ??= callFor(settings, region, profile);
            return resolved;
        };
        return popCoreService({
            endpoint: () => call().endpoint,
            headers: () => call().headers,
            region,
            hints: configHints(settings),
            regionOfStack: () => regionOfStack(settings, profile),
            credentials: () => this.#credentialsFor(call(), profile),
            turn: () => {
                this.#turn ??= rateLimit(settings);
                return this.#turn;
            },
        });
    }

    /** One source for each profile and STS host, so that a role is assumed once. */
    #credentialsFor({ identity, stsHost }: Call, profile: string | undefined): CredentialsSource {
        const key = JSON.stringify([stsHost, profile]);
        const source = this.#sources.get(key) ?? credentialsFrom(identity, stsHost);
        this.#sources.set(key, source);
        return source;
    }
}

/** For a note in an error only: what is wrong with the settings is told elsewhere. */
function regionOfStack(settings: Settings, profile: string | undefined): string | undefined {
    try {
        // Stryker disable next-line OptionalChaining: equivalent, what throws is no region either
        return regionFor(settings, profile)?.value;
    } catch {
        return undefined;
    }
}
