import { ConfigurationError } from "../provider/src/configuration";
import { type Credentials, credentialsFrom } from "../provider/src/credentials/credentials";
import { processSettings } from "../provider/src/credentials/processSettings";
import { dynamicConfigSource } from "../provider/src/dynamic/provider";
import { callFor, regionFor } from "../provider/src/identity/call";
import { describeIdentity } from "../provider/src/identity/identity";
import { howToSetRegion } from "../provider/src/identity/messages";
import { regionFailure } from "../provider/src/lifecycle/checkFailures";

/** The identity, endpoint and headers of a call, as the provider resolves them. */
export interface Access {
    readonly region: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    credentials(): Promise<Credentials>;
    /** For messages: at most eight characters of the access key ID. */
    readonly identity: string;
    readonly endpoint: string;
}

/** Resolves both from the environment and a resource's two arguments. */
export async function accessOf(
    env: NodeJS.ProcessEnv,
    { region, profile }: { readonly region?: string | undefined; readonly profile?: string | undefined },
): Promise<Access> {
    const settings = processSettings({ config: () => undefined, env }, dynamicConfigSource);
    const found = region ?? regionFor(settings, profile)?.value;
    if (found === undefined) {
        throw new ConfigurationError(`No region: set ${howToSetRegion(settings)}, or pass --region.`);
    }
    // Resources are checked before their settings are resolved: with another text the call could go to another host.
    const failure = regionFailure(found);
    if (failure !== undefined) {
        throw new ConfigurationError(`region: ${failure}`);
    }
    const { identity, endpoint, stsHost, headers } = callFor(settings, found, profile);
    const source = credentialsFrom(identity, stsHost);
    const { accessKeyId: id } = await source.get();
    const { url, override } = endpoint;
    return {
        region: found,
        url,
        headers,
        credentials: () => source.get(),
        identity: `${id.length > 8 ? `${id.slice(0, 4)}…${id.slice(-4)}` : "…"}: ${describeIdentity(identity)}`,
        endpoint: override === undefined ? url : `${new URL(url).protocol}//${override}`,
    };
}
