/** The vendor's clients, which are the authority on what a request looks like. */
import Elasticsearch, {
    InterruptLogstashTaskRequest,
    ResumeLogstashTaskRequest,
} from "@alicloud/elasticsearch20170613";
import { $OpenApiUtil } from "@alicloud/openapi-core";
import * as popCore from "@alicloud/pop-core";
import { testAccount } from "pulumi-alicloud-logstash-emulator";

/** A permanent or temporary access key. */
export interface Credentials {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
}

type Config = Credentials & { readonly endpoint: string; readonly apiVersion: string };

/** The clients of `@alicloud/pop-core`, whose own types describe only one of them, as the module itself. */
export const { ROAClient, RPCClient } = popCore as unknown as {
    ROAClient: new (
        config: Config,
    ) => { request(method: string, path: string, query: object, body: string, headers: object): Promise<object> };
    RPCClient: new (
        config: Config,
    ) => { request(action: string, parameters: object, options: object): Promise<object> };
};

export interface LogstashClient {
    interrupt(instanceId: string, clientToken?: string): Promise<object | undefined>;
    resume(instanceId: string, clientToken?: string): Promise<object | undefined>;
    describe(instanceId: string): Promise<object | undefined>;
}

/** pop-core's client, which signs in the ROA style; the headers go with every request. */
export function popCoreClient(
    endpoint: string,
    credentials: Credentials = testAccount,
    headers: Record<string, string> = {},
): LogstashClient {
    const { accessKeyId, accessKeySecret, securityToken } = credentials;
    const key = { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) };
    const client = new ROAClient({ endpoint, apiVersion: "2017-06-13", ...key });
    const request = (operation: string, method: string, instanceId: string, path: string, clientToken?: string) => {
        const query = clientToken === undefined ? {} : { clientToken };
        const url = `/openapi/logstashes/${encodeURIComponent(instanceId)}${path}`;
        return client.request(method, url, query, "", { "x-acs-action": operation, ...headers });
    };
    return {
        interrupt: (id, token) => request("InterruptLogstashTask", "POST", id, "/actions/interrupt", token),
        resume: (id, token) => request("ResumeLogstashTask", "POST", id, "/actions/resume", token),
        describe: (id) => request("DescribeLogstash", "GET", id, ""),
    };
}

/** The vendor's Elasticsearch client, which signs with ACS3-HMAC-SHA256; the headers go with every request. */
export function officialClient(
    endpoint: string,
    credentials: Credentials = testAccount,
    headers: Record<string, string> = {},
) {
    const globalParameters = new $OpenApiUtil.GlobalParameters({ headers });
    const { host } = new URL(endpoint);
    const config = new $OpenApiUtil.Config({ endpoint: host, protocol: "http", globalParameters, ...credentials });
    const client = new Elasticsearch(config);
    return {
        interrupt: async (instanceId: string, clientToken?: string) =>
            (await client.interruptLogstashTask(instanceId, new InterruptLogstashTaskRequest({ clientToken }))).body,
        resume: async (instanceId: string, clientToken?: string) =>
            (await client.resumeLogstashTask(instanceId, new ResumeLogstashTaskRequest({ clientToken }))).body,
        describe: async (instanceId: string) => (await client.describeLogstash(instanceId)).body?.result,
    } satisfies LogstashClient;
}
