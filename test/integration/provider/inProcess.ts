import type { dynamic } from "@pulumi/pulumi";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { dynamicProvider } from "../../../provider/src/dynamic/provider";
import { CallError, type Properties, type Setting } from "./calls";
import { enterEnvironment } from "./environment";

/** The methods of our provider; the type allows a provider to lack any. */
type Provider = Required<Omit<dynamic.ResourceProvider<Properties, Properties>, "read">>;

/**
 * The dynamic provider in this process: the calls of `Host` without another process and gRPC. It has the environment of a
 * process of its own until `leaveEnvironment`.
 */
export class InProcessHost {
    readonly #stop = new AbortController();
    readonly #provider: Provider;

    private constructor({ engineAddress }: Setting) {
        // Without an address no line is sent anywhere.
        const argv = ["node", "dynamic-provider", ...(engineAddress === undefined ? [] : [engineAddress])];
        this.#provider = dynamicProvider({ argv, env: process.env }, this.#stop.signal) as Provider;
    }

    /** Makes the provider and hands it the stack configuration. */
    static async start(setting: Setting): Promise<InProcessHost> {
        enterEnvironment(setting.env ?? {});
        const host = new InProcessHost(setting);
        const get = (key: string) => setting.config?.[key];
        await host.#provider.configure({ config: { get, require: (key) => get(key) ?? "" } });
        return host;
    }

    async check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: string[] }> {
        const { inputs, failures } = await this.#provider.check(transported(olds), transported(news));
        return {
            inputs: transported(inputs ?? {}),
            failures: (failures ?? []).map(({ property, reason }) => `${property}|${reason}`),
        };
    }

    async diff(olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        return this.#provider.diff(String(olds.instanceId), transported(olds), transported(news));
    }

    async create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
        const { id, outs } = await called(this.#provider.create(transported(inputs)));
        return { id, outs: transported(outs ?? {}) };
    }

    async update(olds: Properties, news: Properties): Promise<Properties> {
        const id = String(olds.instanceId);
        const { outs } = await called(this.#provider.update(id, transported(olds), transported(news)));
        return transported(outs ?? {});
    }

    async delete(properties: Properties): Promise<void> {
        await this.#provider.delete(String(properties.instanceId), transported(properties));
    }

    /** Ends running operations, as the end of the process would. */
    stop(): void {
        this.#stop.abort(new Error("the test has ended"));
    }
}

/** Turns what is thrown into what arrives through gRPC: the server passes on only some fields. */
async function called<T>(call: Promise<T>): Promise<T> {
    try {
        return await call;
    } catch (error) {
        const { message, id, properties, reasons } = error as Error & Partial<CallError["initFailure"]>;
        throw new CallError(
            message,
            id === undefined ? undefined : { id, properties: transported(properties ?? {}), reasons: reasons ?? [] },
        );
    }
}

/** Properties as they arrive through gRPC, which throws for what it cannot transport. */
function transported(properties: Properties): Properties {
    return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]).toJavaScript();
}
