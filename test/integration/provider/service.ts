import { testAccount } from "pulumi-alicloud-logstash-emulator";
import { popCoreService, type ServiceOptions } from "../../../provider/src/cloud/popcore";
import type { LogstashService } from "../../../provider/src/request/service";
import { stackHints } from "../../support/hints";

/** What a test gives a service besides its URL. */
export interface ServiceSettings extends Partial<Omit<ServiceOptions, "credentials">> {
    readonly credentials?: Partial<ServiceOptions["credentials"]>;
}

/** A service at a URL, with the emulator's account and without a rate limit. */
export function serviceAt(url: string, { credentials, ...options }: ServiceSettings = {}): LogstashService {
    return popCoreService({
        region: "cn-hangzhou",
        endpoint: { url, endpoint: new URL(url).host, hints: stackHints },
        acquire: async () => {},
        credentials: { name: "a test", get: async () => testAccount, ...credentials },
        headers: {},
        regionOfStack: undefined,
        ...options,
    });
}
