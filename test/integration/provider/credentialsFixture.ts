import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
    type Account,
    type Emulator,
    type EmulatorOptions,
    type Role,
    redirect,
    selfSigned,
    startEmulator,
} from "pulumi-alicloud-logstash-emulator";
import { failureOf, type Properties } from "./calls";
import { countingProxy } from "./countingProxy";
import { leaveEnvironment } from "./environment";
import { dynamicForm, type Resource } from "./frontEnds";
import { listening } from "./listening";

export const instanceId = "ls-cn-credentials0001";
export const region = "cn-hangzhou";
const accountId = "1234567890123456";
export const providerArn = `acs:ram::${accountId}:oidc-provider/ci`;
export const oidcToken = "header.payload.oidc-canary";

/** The hosts of Alibaba Cloud whose tunnels a redirecting proxy connects to the emulator. */
export const publicHosts = [
    `sts.${region}.aliyuncs.com`,
    "sts-vpc.cn-beijing.aliyuncs.com",
    "oauth.aliyun.com",
] as const;

export const caller: Account = { accessKeyId: "LTAI-ak-canary", accessKeySecret: "secret-canary", accountId };
export const session: Account & { securityToken: string } = {
    accessKeyId: "STS.session-canary",
    accessKeySecret: "session-secret-canary",
    securityToken: "session-token-canary",
    accountId,
};
const role = (name: string, more: Partial<Role> = {}): Role => ({ arn: `acs:ram::${accountId}:role/${name}`, ...more });
export const machine = role("machine", { trusts: [caller.accessKeyId] });
export const deployer = role("deployer", {
    trusts: [caller.accessKeyId, session.accessKeyId, machine.arn],
    externalId: "external",
});
export const pipeline = role("pipeline", { oidcProviderArn: providerArn });

export const inputs = { instanceId, region, timeoutSeconds: 5 };

/** The caller's key as the stack configuration has it. */
export const key = { accessKey: caller.accessKeyId, secretKey: caller.accessKeySecret };
export const sessionKey = {
    accessKey: session.accessKeyId,
    secretKey: session.accessKeySecret,
    securityToken: session.securityToken,
};
export const callerProfile = { access_key_id: caller.accessKeyId, access_key_secret: caller.accessKeySecret };

/** A profile of the CLI that is signed in to CloudSSO, until a time in seconds. */
export const ssoProfile = (url: string, until = Math.floor(Date.now() / 1000) + 3_600) => ({
    name: "sso",
    mode: "CloudSSO",
    cloud_sso_sign_in_url: url,
    cloud_sso_account_id: "1234",
    cloud_sso_access_config: "ac-1",
    access_token: "sso-canary",
    cloud_sso_access_token_expire: until,
});

/** The response of CloudSSO, with the session that the emulator knows. */
export const ssoResponse = () => ({
    CloudCredential: {
        AccessKeyId: session.accessKeyId,
        AccessKeySecret: session.accessKeySecret,
        SecurityToken: session.securityToken,
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    },
});

type Texts = Readonly<Record<string, string>>;

/** An emulator with identities of every kind, a home directory, and the provider. */
export class CredentialsFixture {
    readonly tls = selfSigned(["127.0.0.1", "localhost", ...publicHosts]);
    #emulator: Emulator | undefined;
    #home = "";
    #closing: (() => unknown)[] = [];

    async start(options: EmulatorOptions = {}): Promise<void> {
        this.#home = mkdtempSync(join(tmpdir(), "logstash-home-"));
        const emulator = await startEmulator({
            tls: this.tls,
            accounts: [caller, session],
            roles: [deployer, pipeline, machine],
            oidcTokens: [oidcToken],
            instances: [{ instanceId, status: "activating" }],
            ...options,
        });
        this.#emulator = emulator;
        this.atEnd(() => rmSync(this.#home, { recursive: true }));
        this.atEnd(() => emulator.stop());
        this.atEnd(leaveEnvironment);
    }

    async stop(): Promise<void> {
        for (const close of this.#closing.splice(0).reverse()) {
            await close();
        }
    }

    /** Stops, and starts with other options of the emulator. */
    async restart(options: EmulatorOptions): Promise<void> {
        await this.stop();
        await this.start(options);
    }

    atEnd(close: () => unknown): void {
        this.#closing.push(close);
    }

    get emulator(): Emulator {
        assert.ok(this.#emulator !== undefined);
        return this.#emulator;
    }

    /** The emulator's STS, which the configuration names by default. */
    get stsHost(): string {
        return new URL(this.emulator.url).host.replace("127.0.0.1", "localhost");
    }

    get machineUri(): string {
        return `${this.emulator.plainUrl}/_emulator/credentials-uri/machine`;
    }

    /** Redirects requests to the metadata service: to the emulator, unless another address is given. */
    withMetadata(origin = this.emulator.plainUrl): void {
        this.atEnd(redirect({ hosts: { "100.100.100.200": origin } }));
    }

    /** Writes a file into the home directory, and returns its path. */
    file(path: string, text: string): string {
        const whole = join(this.#home, path);
        mkdirSync(dirname(whole), { recursive: true });
        writeFileSync(whole, text);
        return whole;
    }

    /** The three variables that Kubernetes sets for an OIDC role, with a token's file. */
    rrsa(token = oidcToken): Texts {
        return {
            ALIBABA_CLOUD_ROLE_ARN: pipeline.arn,
            ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
            ALIBABA_CLOUD_OIDC_TOKEN_FILE: this.file("token", token),
        };
    }

    /** Writes the CLI's file; its current profile is "default". */
    profiles(...list: readonly object[]): string {
        return this.file(".aliyun/config.json", JSON.stringify({ current: "default", profiles: list }));
    }

    endpoints(more: Texts = { sts: this.stsHost }): Properties {
        return { endpoints: [{ elasticsearch: this.emulator.plainUrl, ...more }] };
    }

    /** The environment of a provider that trusts the emulator's certificate. */
    env(more: Texts = {}): Texts {
        return { HOME: this.#home, NODE_EXTRA_CA_CERTS: this.file("ca.pem", this.tls.cert), ...more };
    }

    /** An interrupt, with these settings and those that lead to the emulator. */
    async resource(settings: Properties, env: Texts = {}): Promise<Resource> {
        const whole = { ...this.endpoints(), ...settings };
        const provider = await dynamicForm.start({ settings: whole, env: this.env(env) });
        this.atEnd(() => provider.stop());
        return provider.pause;
    }

    /** Interrupts with these settings, and returns the access key that signed. */
    async signedBy(settings: Properties, env: Texts = {}, more: object = {}): Promise<string> {
        const effects = this.emulator.ledger.effects.length;
        const sent = this.emulator.ledger.requests.length;
        const { outs } = await (await this.resource(settings, env)).create({ ...inputs, ...more });
        assert.equal(outs.status, "suspended");
        assert.equal(this.emulator.ledger.effects.length, effects + 1);
        assert.doesNotMatch(JSON.stringify(outs), /canary/);
        const keys = new Set(this.emulator.ledger.requests.slice(sent).map(({ accessKeyId }) => accessKeyId));
        assert.equal(keys.size, 1);
        return String([...keys][0]);
    }

    /** The operation that issued a temporary key, and the ARN of its role. */
    issuedBy(accessKeyId: string): string {
        const entry = this.emulator.ledger.credentials.find(({ issued }) => issued === accessKeyId);
        return `${entry?.operation} ${entry?.role}`;
    }

    /** The error of an interrupt without an effect; it must contain no secret. */
    async messageWith(settings: Properties, env: Texts = {}, more: object = {}): Promise<string> {
        const { message } = await failureOf((await this.resource(settings, env)).create({ ...inputs, ...more }));
        assert.doesNotMatch(message, /canary/);
        assert.equal(this.emulator.ledger.effects.length, 0);
        return message;
    }

    /** A server on loopback. */
    async serve(respond: RequestListener): Promise<string> {
        const server = createServer(respond);
        return `http://127.0.0.1:${await this.listen(server)}`;
    }

    async listen(server: Server): Promise<number> {
        return listening(server, (close) => this.atEnd(close));
    }

    /** A real proxy that counts its requests. */
    async proxy(): Promise<{ readonly url: string; readonly requests: string[] }> {
        const { server, requests } = countingProxy();
        return { url: `http://127.0.0.1:${await this.listen(server)}`, requests };
    }

    /** A proxy whose tunnels all lead to one port of this machine; `targets` are the requested ones. */
    async redirectingProxy(port: number): Promise<{ readonly url: string; readonly targets: string[] }> {
        const targets: string[] = [];
        const server = createServer().on("connect", ({ url }, client) => {
            targets.push(String(url));
            const inner = connect(port, "127.0.0.1", () => {
                client.write("HTTP/1.1 200 OK\r\n\r\n");
                client.pipe(inner).pipe(client);
            });
            client.on("error", () => inner.destroy());
            inner.on("error", () => client.destroy());
        });
        return { url: `http://127.0.0.1:${await this.listen(server)}`, targets };
    }
}
