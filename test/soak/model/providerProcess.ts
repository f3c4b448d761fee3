import type { dynamic } from "@pulumi/pulumi";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { dynamicProvider } from "../../../provider/src/dynamic/provider";

/** The properties of a resource as a call transports them. */
export type Properties = Readonly<Record<string, unknown>>;

/** What came back from a create or an update, as the SDK's server passes it on. */
export type Answer =
    | { readonly kind: "done"; readonly properties: Properties }
    /** A half success: an error that comes with an ID. */
    | { readonly kind: "half"; readonly properties: Properties; readonly reasons: readonly string[] }
    | { readonly kind: "error"; readonly message: string };

type Provider = Required<Omit<dynamic.ResourceProvider<Properties, Properties>, "read">>;

/** A provider's process: the provider behind the SDK's server, started with a stack configuration. */
export class ProviderProcess {
    /** What it shows beside resources. */
    readonly lines: { readonly urn: string; readonly message: string }[] = [];
    readonly #stop = new AbortController();
    readonly #provider: Provider;

    private constructor() {
        this.#provider = dynamicProvider({ argv: [], env: {} }, this.#stop.signal, async (urn, line) => {
            this.lines.push({ urn, message: line.message });
        }) as Provider;
    }

    static async start(config: Readonly<Record<string, string>>): Promise<ProviderProcess> {
        const process = new ProviderProcess();
        const get = (key: string) => config[key];
        await process.#provider.configure({ config: { get, require: (key) => get(key) ?? "" } });
        return process;
    }

    async check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: readonly string[] }> {
        const { inputs = {}, failures = [] } = await this.#provider.check(transported(olds), transported(news));
        return { inputs: transported(inputs), failures: failures.map(({ reason }) => reason) };
    }

    async diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        return this.#provider.diff(id, transported(olds), transported(news));
    }

    async create(news: Properties): Promise<Answer> {
        return answered(this.#provider.create(transported(news)), news);
    }

    async update(id: string, olds: Properties, news: Properties): Promise<Answer> {
        return answered(this.#provider.update(id, transported(olds), transported(news)), news);
    }

    async delete(id: string, olds: Properties): Promise<void> {
        await this.#provider.delete(id, transported(olds));
    }

    /** The engine is gone. */
    kill(): void {
        this.#stop.abort(new Error("the deployment was stopped"));
    }
}

/** What the SDK's server makes of a result and of what is thrown. */
async function answered(call: Promise<{ outs?: Properties }>, { __provider }: Properties): Promise<Answer> {
    try {
        const { outs } = await call;
        return { kind: "done", properties: transported({ ...outs, __provider }) };
    } catch (error) {
        const { message, id, properties, reasons } = error as Error & {
            readonly id?: string;
            readonly properties?: Properties;
            readonly reasons?: readonly string[];
        };
        return id
            ? { kind: "half", properties: transported(properties ?? {}), reasons: reasons ?? [] }
            : { kind: "error", message };
    }
}

/** As it is after the way through gRPC, which throws for what it cannot hold. */
function transported(properties: Properties): Properties {
    return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]).toJavaScript();
}
