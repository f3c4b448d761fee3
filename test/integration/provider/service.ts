import { testAccount } from "pulumi-alicloud-logstash-emulator";
import { popCoreService, type Target } from "../../../provider/src/cloud/popcore";
import type { LogstashService } from "../../../provider/src/request/client";
import { stackHints } from "../../support/hints";

/** What a test gives a service besides its URL. */
export interface ServiceSettings extends Partial<Omit<Target, "credentials">> {
    readonly credentials?: Partial<Target["credentials"]>;
    readonly maxConnections?: number;
}

/** A service at a URL, with the emulator's account and without a rate limit. */
export function serviceAt(
    url: string,
    { maxConnections, credentials, ...target }: ServiceSettings = {},
): LogstashService {
    return popCoreService({
        region: "cn-hangzhou",
        target: () => ({
            endpoint: { url, endpoint: new URL(url).host, hints: stackHints },
            acquire: async () => {},
            credentials: { name: "a test", get: async () => testAccount, ...credentials },
            ...target,
        }),
        ...(maxConnections === undefined ? {} : { maxConnections }),
    });
}
