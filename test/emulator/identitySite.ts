import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    type CredentialsProvider,
    OIDCRoleArnCredentialsProvider,
    RAMRoleARNCredentialsProvider,
    StaticAKCredentialsProvider,
} from "@alicloud/credentials";
import {
    type Emulator,
    type EmulatorOptions,
    type RamPolicy,
    type RamStatement,
    type Redirection,
    type Role,
    redirect,
    SteppedClock,
    selfSigned,
    startEmulator,
} from "pulumi-alicloud-logstash-emulator";
import { type Credentials, ROAClient } from "./popCore";

export const accountId = "1234567890123456";
export const caller = { accessKeyId: "LTAI-caller", accessKeySecret: "caller-secret", accountId };
export const instanceId = "ls-cn-identity";
export const providerArn = `acs:ram::${accountId}:oidc-provider/ci`;
export const oidcToken = "header.payload.signature";

export const deployer: Role = {
    arn: `acs:ram::${accountId}:role/deployer`,
    trusts: [caller.accessKeyId],
    externalId: "external-canary",
};
export const chained: Role = { arn: `acs:ram::${accountId}:role/chained`, trusts: [deployer.arn] };
export const pipeline: Role = { arn: `acs:ram::${accountId}:role/pipeline`, oidcProviderArn: providerArn };
export const machine: Role = { arn: `acs:ram::${accountId}:role/machine` };

const tls = selfSigned(["127.0.0.1", "localhost", "sts.aliyuncs.com"]);

const routes = {
    DescribeLogstash: { method: "GET", path: `/openapi/logstashes/${instanceId}` },
    InterruptLogstashTask: { method: "POST", path: `/openapi/logstashes/${instanceId}/actions/interrupt` },
} as const;

/** An emulator with identities, to which this process's clients are led, also those with built-in addresses. */
export class IdentitySite {
    readonly #directory = mkdtempSync(join(tmpdir(), "identities-"));
    readonly #undo: () => void;
    /** What leads another process to the emulator. */
    readonly redirection: Redirection;

    private constructor(
        readonly emulator: Emulator,
        readonly clock: SteppedClock,
    ) {
        const { url, plainUrl } = emulator;
        const hosts = { "100.100.100.200": plainUrl, "sts.aliyuncs.com": url, localhost: url };
        this.redirection = { hosts, ca: tls.cert };
        this.#undo = redirect(this.redirection);
    }

    static async start(options: EmulatorOptions = {}): Promise<IdentitySite> {
        const clock = new SteppedClock();
        const emulator = await startEmulator({
            clock,
            tls,
            accounts: [caller],
            roles: [deployer, chained, pipeline, machine],
            oidcTokens: [oidcToken],
            metadata: { roleArn: machine.arn },
            instances: [{ instanceId }],
            ...options,
        });
        return new IdentitySite(emulator, clock);
    }

    async stop(): Promise<void> {
        this.#undo();
        rmSync(this.#directory, { recursive: true, force: true });
        await this.emulator.stop();
    }

    /** Writes a file that `stop` removes, and returns its path. */
    file(name: string, text: string): string {
        const path = join(this.#directory, name);
        writeFileSync(path, text);
        return path;
    }

    /** The certificate authority of the emulator, in a file. */
    certificateFile(): string {
        return this.file("emulator.pem", tls.cert);
    }

    /** The emulator's token service, by a host name that its certificate covers. */
    get stsHost(): string {
        return `localhost:${new URL(this.emulator.url).port}`;
    }

    /** A DescribeLogstash with these credentials. */
    describeWith(credentials: Credentials, url: string = this.emulator.plainUrl): Promise<object> {
        return call(url, credentials, "DescribeLogstash");
    }

    /** The official client that assumes a role. */
    assume(role: Role = deployer, previous: CredentialsProvider = staticKey()) {
        return RAMRoleARNCredentialsProvider.builder()
            .withCredentialsProvider(previous)
            .withStsEndpoint(this.stsHost)
            .withRoleArn(role.arn)
            .withRoleSessionName("session");
    }

    /** The official client that assumes the pipeline's role with a token in a file. */
    assumeWithOidc(tokenFile: string, arn: string = providerArn) {
        return OIDCRoleArnCredentialsProvider.builder()
            .withRoleArn(pipeline.arn)
            .withOIDCProviderArn(arn)
            .withOIDCTokenFilePath(tokenFile)
            .withRoleSessionName("session")
            .withStsEndpoint(this.stsHost)
            .build();
    }
}

/** A call by pop-core's client, which signs it. */
export function call(
    url: string,
    credentials: Credentials,
    operation: keyof typeof routes,
    clientToken?: string,
): Promise<object> {
    const { accessKeyId, accessKeySecret, securityToken } = credentials;
    const key = { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) };
    const client = new ROAClient({ endpoint: url, apiVersion: "2017-06-13", ...key });
    const { method, path } = routes[operation];
    const headers = { "x-acs-action": operation, "x-acs-region-id": "cn-hangzhou" };
    return client.request(method, path, clientToken === undefined ? {} : { clientToken }, "", headers);
}

/** The official client's provider of a permanent key. */
export function staticKey({ accessKeyId, accessKeySecret }: Credentials = caller): CredentialsProvider {
    return StaticAKCredentialsProvider.builder()
        .withAccessKeyId(accessKeyId)
        .withAccessKeySecret(accessKeySecret)
        .build();
}

export function policyOf(...Statement: RamStatement[]): RamPolicy {
    return { Version: "1", Statement };
}
