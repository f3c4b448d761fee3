import { ConfigurationError, firstOf, nonEmpty, type Surroundings } from "./configuration";

/** An access key, with the security token of temporary credentials. */
export interface Credentials {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
}

/** Asked before every request, so that rotated credentials are taken up. */
export type CredentialsSource = () => Promise<Credentials>;

/** Finds the credentials: the stack configuration, then the environment; never a mixture of the two. */
export function credentialsFrom({ config, env }: Surroundings): CredentialsSource {
    const accessKey = nonEmpty(config("alicloud:accessKey"));
    const secretKey = nonEmpty(config("alicloud:secretKey"));
    const configured = whole("the stack configuration", {
        accessKeyId: { name: "alicloud:accessKey", value: accessKey },
        accessKeySecret: { name: "alicloud:secretKey", value: secretKey },
        securityToken: nonEmpty(config("alicloud:securityToken")),
    });
    const fromEnvironment = () =>
        whole("the environment", {
            accessKeyId: { name: accessKeyVariables[1], value: firstOf(env, accessKeyVariables) },
            accessKeySecret: { name: secretKeyVariables[1], value: firstOf(env, secretKeyVariables) },
            securityToken: firstOf(env, securityTokenVariables),
        });
    const credentials = configured ?? fromEnvironment();
    if (credentials === undefined) {
        throw new ConfigurationError(
            [
                "no Alibaba Cloud credentials were found; give them in one of these ways:",
                "  pulumi config set alicloud:accessKey … and pulumi config set --secret alicloud:secretKey …",
                "    (with temporary credentials also --secret alicloud:securityToken)",
                "  the variables ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                "    (with temporary credentials also ALIBABA_CLOUD_SECURITY_TOKEN)",
            ].join("\n"),
        );
    }
    return async () => credentials;
}

const accessKeyVariables = [
    "ALICLOUD_ACCESS_KEY",
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABACLOUD_ACCESS_KEY_ID",
] as const;
const secretKeyVariables = [
    "ALICLOUD_SECRET_KEY",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABACLOUD_ACCESS_KEY_SECRET",
] as const;
const securityTokenVariables = [
    "ALICLOUD_SECURITY_TOKEN",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "ALIBABACLOUD_SECURITY_TOKEN",
] as const;

interface Setting {
    readonly name: string;
    readonly value: string | undefined;
}

function whole(
    source: string,
    parts: { accessKeyId: Setting; accessKeySecret: Setting; securityToken: string | undefined },
): Credentials | undefined {
    const { accessKeyId, accessKeySecret, securityToken } = parts;
    if (accessKeyId.value === undefined && accessKeySecret.value === undefined) {
        return undefined;
    }
    if (accessKeyId.value === undefined || accessKeySecret.value === undefined) {
        const missing = accessKeyId.value === undefined ? accessKeyId.name : accessKeySecret.name;
        throw new ConfigurationError(`${source} has half of an access key: ${missing} is missing`);
    }
    return {
        accessKeyId: accessKeyId.value,
        accessKeySecret: accessKeySecret.value,
        ...(securityToken === undefined ? {} : { securityToken }),
    };
}
