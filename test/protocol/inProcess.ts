import type { dynamic } from "@pulumi/pulumi";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { dynamicProvider } from "../../provider/src/dynamic/provider";
import { CallError, type Properties, type Setting } from "./calls";
import { enterEnvironment } from "./environment";

/** All that ours has of the verbs, every one of which a provider may lack. */
type Provider = Required<Omit<dynamic.ResourceProvider<Properties, Properties>, "read">>;

/**
 * The provider as `Host` runs it, in this process: the same calls, without another process and gRPC in between. It has the
 * environment of a process of its own until `leaveEnvironment`.
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

    /** Ends what is still on its way, as the end of the process would. */
    stop(): void {
        this.#stop.abort(new Error("the test has ended"));
    }
}

/** What is thrown, as the server turns it into an error of gRPC: only some fields of it arrive. */
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

/** As it is after the way through gRPC, which throws for what it cannot hold. */
function transported(properties: Properties): Properties {
    return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]).toJavaScript();
}
