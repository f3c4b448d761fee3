import { strict as assert } from "node:assert";
import type { dynamic } from "@pulumi/pulumi";
import { DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import { type Emulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { dynamicProvider } from "../../../provider/src/dynamic/provider";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { pluginInterruptType, pluginResumeType, resumeType, urnOf } from "../../support/urns";
import { enterEnvironment } from "./environment";
import { CallError, Host, type Properties, plain, pluginVariable, struct } from "./host";
import { secret } from "./values";

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

/** The same as the stack configuration of the dynamic form. */
export function stackConfigurationOf(settings: Properties): Record<string, string> {
    return Object.fromEntries(
        Object.entries(settings).map(([key, value]) => [
            `${key === "requestsPerSecond" ? "alicloud-logstash" : "alicloud"}:${key}`,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
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
    start(options: ProviderOptions): Promise<Provider>;
}

/** The methods of our dynamic provider; the type allows a provider to lack any. */
type DynamicProvider = Required<Omit<dynamic.ResourceProvider<Properties, Properties>, "read">>;

/** It has the environment of a process of its own until `leaveEnvironment`. */
export const dynamicForm: FrontEnd = {
    name: "the dynamic provider",
    async start({ settings, env = {}, engineAddress }) {
        enterEnvironment(env);
        const stop = new AbortController();
        // Without an address no line is sent anywhere.
        const argv = ["node", "dynamic-provider", ...(engineAddress === undefined ? [] : [engineAddress])];
        const provider = dynamicProvider({ argv, env: process.env }, stop.signal) as DynamicProvider;
        const config = stackConfigurationOf(settings);
        const get = (key: string) => config[key];
        await provider.configure({ config: { get, require: (key) => get(key) ?? "" } });
        const end = async () => stop.abort(new Error("the deployment was stopped"));
        return {
            pause: dynamicResource(provider, urnOf("pause")),
            go: dynamicResource(provider, urnOf("go", { type: resumeType })),
            cancel: end,
            stop: end,
        };
    },
};

/** Adds the inputs of the constructor, and takes them off what comes back. */
function dynamicResource(provider: DynamicProvider, urn: string): Resource {
    const withConstructor = (news: Properties) => transported({ ...news, resourceUrn: urn, __provider: providerStub });
    const recorded = (olds: Properties) => transported({ ...olds, __provider: providerStub });
    const ofProgram = ({ __provider, ...outs }: Properties = {}) => {
        assert.equal(__provider, providerStub);
        assert.ok(!("resourceUrn" in outs));
        return transported(outs);
    };
    return {
        urn,
        async check(olds, news) {
            const { inputs, failures = [] } = await provider.check(transported(olds), withConstructor(news));
            const { resourceUrn, ...rest } = inputs ?? {};
            assert.equal(resourceUrn, urn);
            const texts = failures.map(({ property, reason }) => `${property}|${reason}`);
            return { inputs: ofProgram(rest), failures: texts };
        },
        diff: async (olds, news) => provider.diff(String(olds.instanceId), recorded(olds), withConstructor(news)),
        async create(inputs) {
            const { id, outs } = await called(provider.create(withConstructor(inputs)));
            return { id, outs: ofProgram(outs) };
        },
        async update(olds, news) {
            const id = String(olds.instanceId);
            const { outs } = await called(provider.update(id, recorded(olds), withConstructor(news)));
            return ofProgram(outs);
        },
        delete: async (properties) => provider.delete(String(properties.instanceId), recorded(properties)),
    };
}

/** Properties as they arrive through gRPC, which throws for what it cannot transport. */
function transported(properties: Properties): Properties {
    return plain(struct(properties));
}

/** Turns what is thrown into what arrives through gRPC: the server passes on only some fields. */
async function called<T>(call: Promise<T>): Promise<T> {
    try {
        return await call;
    } catch (error) {
        const { message, id, properties = {}, reasons = [] } = error as Error & Partial<CallError["initFailure"]>;
        const initFailure = id === undefined ? undefined : { id, properties: transported(properties), reasons };
        throw new CallError(message, initFailure);
    }
}

const plugin: FrontEnd = {
    name: "the plugin",
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
