import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    ECSRAMRoleCredentialsProvider,
    OIDCRoleArnCredentialsProvider,
    RAMRoleARNCredentialsProvider,
    StaticAKCredentialsProvider,
    URICredentialsProvider,
} from "@alicloud/credentials";
import { type EmulatorOptions, type Role, redirect, selfSigned } from "pulumi-alicloud-logstash-emulator";
import { type Credentials, popCoreClient } from "./clients";
import { emulatorFixture, instanceId } from "./fixture";

export const accountId = "1234567890123456";
export const caller = { accessKeyId: "LTAI-ak-canary", accessKeySecret: "secret-canary", accountId };
export const providerArn = `acs:ram::${accountId}:oidc-provider/ci`;
export const oidcToken = "header.payload.oidc-canary";
export const roleArn = (name: string) => `acs:ram::${accountId}:role/${name}`;

export const machine: Role = { arn: roleArn("machine") };
export const pipeline: Role = { arn: roleArn("pipeline"), oidcProviderArn: providerArn };
export const deployer: Role = { arn: roleArn("deployer"), trusts: [caller.accessKeyId], externalId: "external-canary" };
export const chained: Role = { arn: roleArn("chained"), trusts: [deployer.arn] };

const tls = selfSigned(["127.0.0.1", "localhost"]);

/** An emulator with identities, to which this process's connections to built-in addresses are redirected. */
export function identityFixture() {
    const fixture = emulatorFixture();
    const folder = mkdtempSync(join(tmpdir(), "identities-"));
    let restore: (() => void) | undefined;
    afterEach(() => restore?.());
    const file = (text: string) => {
        const path = join(mkdtempSync(join(folder, "token-")), "token");
        writeFileSync(path, text);
        return path;
    };
    // A host that the certificate covers.
    const stsHost = () => `localhost:${new URL(fixture.emulator.url).port}`;
    const client = (credentials: Credentials) => popCoreClient(fixture.emulator.plainUrl, credentials);

    return {
        emulator: () => fixture.emulator,
        clock: () => fixture.clock,
        credentialsUri: (name: string) => `${fixture.emulator.plainUrl}/_emulator/credentials-uri/${name}`,
        async start(options: EmulatorOptions = {}): Promise<void> {
            restore?.();
            await fixture.start({
                tls,
                accounts: [caller],
                roles: [deployer, chained, pipeline, machine],
                oidcTokens: [oidcToken],
                metadata: { roleArn: machine.arn },
                ...options,
            });
            const { url, plainUrl } = fixture.emulator;
            restore = redirect({ hosts: { "100.100.100.200": plainUrl, localhost: url }, ca: tls.cert });
        },
        describe: (credentials: Credentials) => client(credentials).describe(instanceId),
        interrupt: (credentials: Credentials, token?: string) => client(credentials).interrupt(instanceId, token),
        /** The vendor's provider that assumes a role; by default the deployer's, correctly. */
        assume(role: Role = deployer, key: Credentials = caller) {
            const builder = RAMRoleARNCredentialsProvider.builder()
                .withCredentialsProvider(staticKey(key))
                .withStsEndpoint(stsHost())
                .withRoleArn(role.arn)
                .withRoleSessionName("session");
            return role.externalId === undefined ? builder : builder.withExternalId(role.externalId);
        },
        /** The vendor's provider that assumes the pipeline's role with an OIDC token. */
        assumeWithOidc: (token: string, arn: string = providerArn) =>
            OIDCRoleArnCredentialsProvider.builder()
                .withRoleArn(pipeline.arn)
                .withOIDCProviderArn(arn)
                .withOIDCTokenFilePath(file(token))
                .withRoleSessionName("session")
                .withStsEndpoint(stsHost())
                .build(),
        fromMetadata: () => ECSRAMRoleCredentialsProvider.builder(),
        fromUri: (uri: string) => URICredentialsProvider.builder().withCredentialsURI(uri).build(),
    };
}

function staticKey({ accessKeyId, accessKeySecret }: Credentials) {
    return StaticAKCredentialsProvider.builder()
        .withAccessKeyId(accessKeyId)
        .withAccessKeySecret(accessKeySecret)
        .build();
}
