import { type CredentialsSource, credentialsFrom } from "../credentials/credentials";
import { callFor, regionFor } from "../identity/call";
import type { Settings } from "../identity/settings";
import type { LogstashService } from "../request/service";
import { popCoreService } from "./popcore";
import { type Acquire, rateLimit } from "./rateLimit";

/** What decides which service a resource uses. */
export interface ServiceKey {
    readonly region: string;
    /** The resource's own profile. */
    readonly profile?: string | undefined;
}

/** The services that the resources of one process share: one for each region and profile, so that connections are reused. */
export class Services {
    readonly #services = new Map<string, LogstashService>();
    /** One for each profile and STS host, so that a role is assumed once. */
    readonly #sources = new Map<string, CredentialsSource>();
    #acquire: Acquire | undefined;

    /** `settings` returns those of the operation at hand. */
    constructor(private readonly settings: () => Settings) {}

    /** Resolves the settings of a service when it is first used. Wrong ones are a `ConfigurationError`. */
    serviceFor({ region, profile }: ServiceKey): LogstashService {
        return ofKey(this.#services, [region, profile], () => {
            const settings = this.settings();
            const { endpoint, headers, identity, stsHost } = callFor(settings, region, profile);
            this.#acquire ??= rateLimit(settings);
            return popCoreService({
                region,
                endpoint,
                headers,
                credentials: ofKey(this.#sources, [stsHost, profile], () => credentialsFrom(identity, stsHost)),
                acquire: this.#acquire,
                regionOfStack: regionOfStack(settings, profile),
            });
        });
    }
}

function ofKey<V>(values: Map<string, V>, parts: ReadonlyArray<string | undefined>, make: () => V): V {
    const key = JSON.stringify(parts);
    const value = values.get(key) ?? make();
    values.set(key, value);
    return value;
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
