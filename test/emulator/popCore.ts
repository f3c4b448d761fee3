import * as popCore from "@alicloud/pop-core";

/** A permanent or temporary access key. */
export interface Credentials {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
}

type Config = Credentials & { readonly endpoint: string; readonly apiVersion: string };

/** The clients of `@alicloud/pop-core`: the package's own types cover one of them, as the module itself. */
export const { ROAClient, RPCClient } = popCore as unknown as {
    ROAClient: new (
        config: Config,
    ) => { request(method: string, path: string, query: object, body: string, headers: object): Promise<object> };
    RPCClient: new (
        config: Config,
    ) => { request(action: string, parameters: object, options: object): Promise<object> };
};
