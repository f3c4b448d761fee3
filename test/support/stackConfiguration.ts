import { type Emulator, testAccount } from "pulumi-alicloud-logstash-emulator";

/** The configuration of a stack whose calls go to an emulator, as the engine hands it over. */
export function stackConfigurationFor({ url }: Pick<Emulator, "url">): Record<string, string> {
    return {
        "alicloud:region": "cn-hangzhou",
        "alicloud:accessKey": testAccount.accessKeyId,
        "alicloud:secretKey": testAccount.accessKeySecret,
        "alicloud:endpoints": JSON.stringify([{ elasticsearch: url }]),
    };
}
