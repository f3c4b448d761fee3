import Elasticsearch, {
    InterruptLogstashTaskRequest,
    ResumeLogstashTaskRequest,
} from "@alicloud/elasticsearch20170613";
import { $OpenApiUtil } from "@alicloud/openapi-core";
import { type Account, type Emulator, testAccount } from "pulumi-alicloud-logstash-emulator";

/** The official client, reduced to what the tests ask of it. */
export type OfficialClient = ReturnType<typeof officialClient>;

/** Makes one for an account; the headers go with every request. */
export function officialClient(
    emulator: Emulator,
    account: Account = testAccount,
    headers: Record<string, string> = {},
) {
    const globalParameters = new $OpenApiUtil.GlobalParameters({ headers });
    const endpoint = new URL(emulator.url).host;
    const client = new Elasticsearch(
        new $OpenApiUtil.Config({ endpoint, protocol: "http", globalParameters, ...account }),
    );
    return {
        interrupt: async (instanceId: string, clientToken?: string) =>
            (await client.interruptLogstashTask(instanceId, new InterruptLogstashTaskRequest({ clientToken }))).body,
        resume: async (instanceId: string, clientToken?: string) =>
            (await client.resumeLogstashTask(instanceId, new ResumeLogstashTaskRequest({ clientToken }))).body,
        describe: async (instanceId: string) => (await client.describeLogstash(instanceId)).body?.result,
    };
}
