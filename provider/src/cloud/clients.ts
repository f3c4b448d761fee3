import { type CredentialsSource, credentialsFrom } from "../credentials/credentials";
import { type Call, callFor, regionFor } from "../identity/call";
import type { Settings } from "../identity/settings";
import type { LogstashService } from "../request/client";
import { popCoreService } from "./popcore";
import { type Acquire, rateLimit } from "./rateLimit";

/** What decides which service a resource uses. `profile` is the resource's own. */
export interface ServiceKey {
    readonly region: string;
    readonly profile?: string | undefined;
}

/** The services that the resources of one process share. */
export class Services {
    readonly #services = new Map<string, LogstashService>();
    readonly #sources = new Map<string, CredentialsSource>();
    #acquire: Acquire | undefined;

    /** `settings` returns those of the operation at hand. */
    constructor(private readonly settings: () => Settings) {}

    /** One service for each region and profile, so that its connections are shared. */
    serviceFor({ region, profile }: ServiceKey): LogstashService {
        const key = JSON.stringify([region, profile]);
        const service = this.#services.get(key) ?? this.#newService(region, profile);
        this.#services.set(key, service);
        return service;
    }

    #newService(region: string, profile: string | undefined): LogstashService {
        const settings = this.settings();
        return popCoreService({
            region,
            target: () => {
                const call = callFor(settings, region, profile);
                this.#acquire ??= rateLimit(settings);
                return {
                    endpoint: call.endpoint,
                    headers: call.headers,
                    credentials: this.#credentialsFor(call, profile),
                    acquire: this.#acquire,
                    regionOfStack: regionOfStack(settings, profile),
                };
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

/** The region of resources that name none. Only a hint in an error uses it, so wrong settings are no error here. */
function regionOfStack(settings: Settings, profile: string | undefined): string | undefined {
    try {
        // Stryker disable next-line OptionalChaining: equivalent, an error means no region as well
        return regionFor(settings, profile)?.value;
    } catch {
        return undefined;
    }
}
