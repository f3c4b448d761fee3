import { strict as assert } from "node:assert";
import type { dynamic } from "@pulumi/pulumi";
import { DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import { type Emulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { pluginInterruptType, pluginResumeType, resumeType, urnOf } from "../../support/urns";
import { secret } from "./anyValue";
import type { Properties } from "./calls";
import { Host, pluginVariable } from "./host";
import { InProcessHost } from "./inProcess";

/** The settings of calls to an emulator, by their keys without a namespace. */
export function settingsFor({ url }: Pick<Emulator, "url">): Properties {
    return {
        region: "cn-hangzhou",
        accessKey: testAccount.accessKeyId,
        secretKey: testAccount.accessKeySecret,
        endpoints: [{ elasticsearch: url }],
    };
}

/** The same as the engine gives them to the plugin. */
export function pluginConfigFor(emulator: Pick<Emulator, "url">): Properties {
    return { ...settingsFor(emulator), secretKey: secret(testAccount.accessKeySecret) };
}

/** One resource, called as the engine does. Properties are those of the program, whatever a front end adds to them. */
export interface Resource {
    readonly urn: string;
    check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: string[] }>;
    diff(olds: Properties, news: Properties): Promise<dynamic.DiffResult>;
    create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
    update(olds: Properties, news: Properties): Promise<Properties>;
    delete(properties: Properties): Promise<void>;
}

/** A started provider. */
export interface Provider {
    /** An interrupt, and a resume. */
    readonly pause: Resource;
    readonly go: Resource;
    /** Ends what is running, as the engine does. */
    cancel(): Promise<void>;
    stop(): Promise<void>;
}

interface ProviderOptions {
    readonly settings: Properties;
    readonly env?: Readonly<Record<string, string>>;
    readonly engineAddress?: string;
}

/** The dynamic provider in this process, or the plugin. */
interface FrontEnd {
    readonly name: string;
    readonly namespace: string;
    start(options: ProviderOptions): Promise<Provider>;
}

const dynamicForm: FrontEnd = {
    name: "the dynamic provider",
    namespace: "alicloud",
    async start({ settings, ...options }) {
        const config = Object.fromEntries(
            Object.entries(settings).map(([key, value]) => [
                `alicloud${key === "requestsPerSecond" ? "-logstash" : ""}:${key}`,
                typeof value === "string" ? value : JSON.stringify(value),
            ]),
        );
        const host = await InProcessHost.start({ config, ...options });
        return {
            pause: dynamicResource(host, urnOf("pause")),
            go: dynamicResource(host, urnOf("go", { type: resumeType })),
            cancel: async () => host.stop(),
            stop: async () => host.stop(),
        };
    },
};

/** Adds the inputs of the constructor, and takes them off what comes back. */
function dynamicResource(host: InProcessHost, urn: string): Resource {
    const withConstructor = (news: Properties) => ({ ...news, resourceUrn: urn, __provider: providerStub });
    const recorded = (olds: Properties) => ({ ...olds, __provider: providerStub });
    const ofProgram = ({ __provider, ...outs }: Properties) => {
        assert.equal(__provider, providerStub);
        assert.ok(!("resourceUrn" in outs));
        return outs;
    };
    return {
        urn,
        async check(olds, news) {
            const { inputs, failures } = await host.check(olds, withConstructor(news));
            const { resourceUrn, ...rest } = inputs;
            assert.equal(resourceUrn, urn);
            return { inputs: ofProgram(rest), failures };
        },
        diff: (olds, news) => host.diff(recorded(olds), withConstructor(news)),
        async create(inputs) {
            const { id, outs } = await host.create(withConstructor(inputs));
            return { id, outs: ofProgram(outs) };
        },
        update: async (olds, news) => ofProgram(await host.update(recorded(olds), withConstructor(news))),
        delete: (properties) => host.delete(recorded(properties)),
    };
}

const plugin: FrontEnd = {
    name: "the plugin",
    namespace: "alicloud-logstash",
    async start({ settings: { secretKey, ...settings }, ...options }) {
        const config = secretKey === undefined ? settings : { ...settings, secretKey: secret(secretKey) };
        const host = await Host.ofPlugin({ config, ...options });
        return {
            pause: pluginResource(host, urnOf("pause", { type: pluginInterruptType })),
            go: pluginResource(host, urnOf("go", { type: pluginResumeType })),
            cancel: () => host.cancel(),
            stop: () => host.stop(),
        };
    },
};

function pluginResource(shared: Host, urn: string): Resource {
    const host = shared.of(urn);
    const { DIFF_UNKNOWN, DIFF_SOME } = DiffResponse.DiffChanges;
    return {
        urn,
        check: (olds, news) => host.check(olds, news),
        async diff(olds, news) {
            const { changes, replaces } = await host.diff(olds, news);
            return {
                ...(changes === DIFF_UNKNOWN ? {} : { changes: changes === DIFF_SOME }),
                ...(replaces.length === 0 ? {} : { replaces }),
            };
        },
        create: (inputs) => host.create(inputs),
        update: (olds, news) => host.update(olds, news),
        delete: (properties) => host.delete(properties),
    };
}

/** Both, or the plugin alone if the tests are to run over another one. */
export const frontEnds = process.env[pluginVariable] === undefined ? [dynamicForm, plugin] : [plugin];
