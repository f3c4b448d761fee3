import { type Emulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { secret } from "./anyValue";
import type { Properties } from "./calls";

/** The arguments of a plugin's provider whose calls go to an emulator, as the engine hands them over. */
export function providerArgumentsFor({ url }: Pick<Emulator, "url">): Properties {
    return {
        region: "cn-hangzhou",
        accessKey: testAccount.accessKeyId,
        secretKey: secret(testAccount.accessKeySecret),
        endpoints: [{ elasticsearch: url }],
    };
}
