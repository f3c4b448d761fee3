import { type Endpoint, endpointFor, type StsHost, stsHostFor } from "./endpoint";
import { headersFor } from "./headers";
import type { Identity } from "./identity";
import { identityFor, profileFor } from "./resolution";
import type { Settings } from "./settings";

/** As whom, against which hosts and with which headers the calls of a resource are made. */
export interface Call {
    readonly identity: Identity;
    readonly endpoint: Endpoint;
    readonly stsHost: StsHost;
    /** Besides those that name the action and the region. */
    readonly headers: Readonly<Record<string, string>>;
}

/** Decides all of that from what is set; `profile` is the resource's own, if it has one. */
export function callFor(settings: Settings, region: string, profile?: string): Call {
    return {
        identity: identityFor(settings, profile),
        endpoint: endpointFor(settings, region, profileFor(settings, profile)),
        stsHost: stsHostFor(settings, region, profile),
        headers: headersFor(settings),
    };
}
