import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
    type Emulator,
    type EmulatorOptions,
    redirect,
    selfSigned,
    startEmulator,
} from "pulumi-alicloud-logstash-emulator";
import * as identities from "../emulator/identityFixture";
import { accountId, caller, oidcToken, pipeline, providerArn } from "../emulator/identityFixture";
import { leaveEnvironment } from "./environment";
import { dynamicForm, type Resource } from "./frontEnds";
import { failureOf, type Properties } from "./host";
import { loopback } from "./loopback";

export const instanceId = "ls-cn-credentials0001";
export const inputs = { instanceId, region: "cn-hangzhou", timeoutSeconds: 5 };
export const session = {
    accessKeyId: "STS.session-canary",
    accessKeySecret: "session-secret-canary",
    securityToken: "session-token-canary",
};
export const machine = { ...identities.machine, trusts: [caller.accessKeyId] };
export const deployer = {
    ...identities.deployer,
    trusts: [caller.accessKeyId, session.accessKeyId, machine.arn],
    externalId: "external",
};

/** The caller's key as the stack configuration has it, and as a profile of the CLI. */
export const key = { accessKey: caller.accessKeyId, secretKey: caller.accessKeySecret };
export const callerProfile = { access_key_id: caller.accessKeyId, access_key_secret: caller.accessKeySecret };

type Texts = Readonly<Record<string, string>>;

/** For each test an emulator with identities of every kind, a home directory, and the provider. */
export function credentialsFixture() {
    const tls = selfSigned([
        ...["localhost", "127.0.0.1", "oauth.aliyun.com"],
        ...["sts.cn-hangzhou.aliyuncs.com", "sts-vpc.cn-beijing.aliyuncs.com"],
    ]);
    const servers = loopback();
    const { atEnd, listen } = servers;
    let emulator: Emulator;
    let home: string;

    /** Starts another emulator than the one that each test begins with. */
    async function start(options: EmulatorOptions = {}): Promise<void> {
        const started = await startEmulator({
            tls,
            accounts: [caller, { ...session, accountId }],
            roles: [deployer, pipeline, machine],
            oidcTokens: [oidcToken],
            instances: [{ instanceId, status: "activating" }],
            ...options,
        });
        emulator = started;
        atEnd(() => started.stop());
    }
    beforeEach(async () => {
        home = mkdtempSync(join(tmpdir(), "logstash-home-"));
        atEnd(leaveEnvironment);
        await start();
    });

    /** Writes a file into the home directory, and returns its path. */
    function file(path: string, text: string): string {
        const whole = join(home, path);
        mkdirSync(dirname(whole), { recursive: true });
        writeFileSync(whole, text);
        return whole;
    }

    /** By default with the emulator's STS, at a name that its certificate has. */
    function endpoints(
        more: Texts = { sts: new URL(emulator.url).host.replace("127.0.0.1", "localhost") },
    ): Properties {
        return { endpoints: [{ elasticsearch: emulator.plainUrl, ...more }] };
    }

    /** The environment of a provider that trusts the emulator's certificate. */
    const env = (more: Texts = {}): Texts => ({ HOME: home, NODE_EXTRA_CA_CERTS: file("ca.pem", tls.cert), ...more });

    /** An interrupt, with these settings and those that lead to the emulator. */
    async function resource(settings: Properties, variables: Texts = {}): Promise<Resource> {
        const provider = await dynamicForm.start({ settings: { ...endpoints(), ...settings }, env: env(variables) });
        atEnd(() => provider.stop());
        return provider.pause;
    }

    return {
        ...servers,
        tls,
        start,
        file,
        endpoints,
        env,
        resource,
        emulator: () => emulator,
        machineUri: () => `${emulator.plainUrl}/_emulator/credentials-uri/machine`,
        /** Redirects requests to the metadata service: to the emulator, unless another address is given. */
        withMetadata: (origin = emulator.plainUrl) => atEnd(redirect({ hosts: { "100.100.100.200": origin } })),
        /** Writes the CLI's file; its current profile is "default". */
        profiles: (...list: readonly object[]) =>
            file(".aliyun/config.json", JSON.stringify({ current: "default", profiles: list })),
        /** The three variables that Kubernetes sets for an OIDC role, with a token's file. */
        rrsa: (token = oidcToken): Texts => ({
            ALIBABA_CLOUD_ROLE_ARN: pipeline.arn,
            ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
            ALIBABA_CLOUD_OIDC_TOKEN_FILE: file("token", token),
        }),

        /** Interrupts with these settings, and returns the access key that signed. */
        async signedBy(settings: Properties, variables: Texts = {}, more: object = {}): Promise<string> {
            const sent = emulator.ledger.requests.length;
            const { outs } = await (await resource(settings, variables)).create({ ...inputs, ...more });
            assert.equal(outs.status, "suspended");
            assert.doesNotMatch(JSON.stringify(outs), /canary/);
            const keys = new Set(emulator.ledger.requests.slice(sent).map(({ accessKeyId }) => accessKeyId));
            assert.equal(keys.size, 1);
            return String([...keys][0]);
        },

        /** The operation that issued a temporary key, and the ARN of its role. */
        issuedBy(accessKeyId: string): string {
            const entry = emulator.ledger.credentials.find(({ issued }) => issued === accessKeyId);
            return `${entry?.operation} ${entry?.role}`;
        },

        /** The error of an interrupt without an effect; it must contain no secret. */
        async messageWith(settings: Properties, variables: Texts = {}, more: object = {}): Promise<string> {
            const { message } = await failureOf((await resource(settings, variables)).create({ ...inputs, ...more }));
            assert.doesNotMatch(message, /canary/);
            assert.equal(emulator.ledger.effects.length, 0);
            return message;
        },

        /** A proxy whose tunnels all lead to one port of this machine; `targets` are the requested ones. */
        async redirectingProxy(port = Number(new URL(emulator.url).port)) {
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
            return { url: `http://127.0.0.1:${await listen(server)}`, targets };
        },
    };
}
