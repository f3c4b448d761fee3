import { readFileSync } from "node:fs";
import { popCoreService } from "../provider/src/cloud/popcore";
import { turns } from "../provider/src/cloud/rateLimit";
import { ConfigurationError, type Surroundings } from "../provider/src/configuration";
import { type Credentials, type CredentialsSource, credentialsFrom } from "../provider/src/credentials/credentials";
import { settingsOf } from "../provider/src/credentials/settings";
import { dynamicFrontEnd } from "../provider/src/dynamic/provider";
import { type Call, callFor } from "../provider/src/identity/call";
import { waysToReach } from "../provider/src/identity/endpoint";
import { identityText } from "../provider/src/identity/identity";
import { placeText } from "../provider/src/identity/place";
import { regionFor, waysToGiveRegion } from "../provider/src/identity/region";
import type { Settings } from "../provider/src/identity/settings";
import { isRecord, stringField } from "../provider/src/json";
import type { LogstashService } from "../provider/src/request/client";

/** As whom calls are made, as the arguments of a resource say it. */
export interface AccessOptions {
    readonly region?: string | undefined;
    readonly profile?: string | undefined;
}

/** What a call has that the provider's own has otherwise. */
export interface Variation {
    readonly credentials?: (own: Credentials) => Credentials;
    readonly headers?: Readonly<Record<string, string>>;
}

/** The service in one region, as the provider would call it with the same settings. */
export class Access {
    readonly region: string;
    readonly #settings: Settings;
    readonly #call: Call;
    readonly #source: CredentialsSource;

    constructor(surroundings: Surroundings, { region, profile }: AccessOptions) {
        this.#settings = settingsOf(surroundings, dynamicFrontEnd);
        const found = regionFor(this.#settings, { region, profile });
        if (found === undefined) {
            throw new ConfigurationError(
                `there is no region: give it as ${waysToGiveRegion(this.#settings)}, or --region`,
            );
        }
        this.region = found.value;
        this.#call = callFor(this.#settings, this.region, profile);
        this.#source = credentialsFrom(this.#call.identity, this.#call.stsHost.host);
    }

    /** A client of its own, so that no variation reaches another. */
    service({ credentials = (own) => own, headers = {} }: Variation = {}): LogstashService {
        const { name, get } = this.#source;
        const turn = turns(this.#settings);
        return popCoreService({
            endpoint: () => this.#call.endpoint,
            region: this.region,
            ways: waysToReach(this.#settings),
            credentials: () => ({ name, get: async () => credentials(await get()) }),
            turn: () => turn,
            headers: () => ({ ...this.#call.headers, ...headers }),
        });
    }

    /** Who calls, where, and who says so; of the access key as much as tells it from others. */
    async description(): Promise<{ readonly identity: string; readonly endpoint: string }> {
        const { accessKeyId } = await this.#source.get();
        const { url, override } = this.#call.endpoint;
        return {
            identity: `${shortened(accessKeyId)}: ${identityText(this.#call.identity)}`,
            endpoint: override === undefined ? url : `${url}, from ${placeText(override)}`,
        };
    }
}

/** The configuration of a stack, as `pulumi config --json --show-secrets` prints it. */
export function configurationIn(path: string): Surroundings["config"] {
    let values: unknown;
    try {
        values = JSON.parse(readFileSync(path, "utf8"));
    } catch {
        values = undefined;
    }
    if (!isRecord(values)) {
        throw new ConfigurationError(
            "--stack-config is no file that `pulumi config --json --show-secrets` has printed",
        );
    }
    return (key) => (Object.hasOwn(values, key) ? stringField(values[key], "value") : undefined);
}

function shortened(accessKeyId: string): string {
    return accessKeyId.length > 8 ? `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}` : "…";
}
