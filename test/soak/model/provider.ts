import type { dynamic } from "@pulumi/pulumi";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { dynamicProvider } from "../../../provider/src/dynamic/provider";

/** The properties of a resource as a call transports them. */
export type Properties = Readonly<Record<string, unknown>>;

/** How a create or an update ended, as the SDK's server reports it. */
export type ApplyResponse =
    | { readonly kind: "success"; readonly outputs: Properties }
    /** An error with an ID. */
    | { readonly kind: "partial failure"; readonly outputs: Properties; readonly reasons: readonly string[] }
    | { readonly kind: "error"; readonly message: string };

/** Waits for a call. Rejects if the engine is killed before the response. */
export type Await = <T>(call: Promise<T>) => Promise<T>;

/** The process of the provider: the provider behind the SDK's server, with the configuration of a stack. */
export class ProviderProcess {
    /** The lines that it shows beside resources. */
    readonly lines: { readonly urn: string; readonly message: string }[] = [];
    readonly #stop = new AbortController();
    readonly #provider: Required<dynamic.ResourceProvider<Properties, Properties>>;

    constructor(
        config: Readonly<Record<string, string>>,
        private readonly awaiting: Await,
    ) {
        this.#provider = dynamicProvider({ argv: [], env: {} }, this.#stop.signal, async (urn, { message }) => {
            this.lines.push({ urn, message });
        }) as Required<dynamic.ResourceProvider<Properties, Properties>>;
        const get = (key: string) => config[key];
        void this.#provider.configure({ config: { get, require: (key) => get(key) ?? "" } });
    }

    async check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: readonly string[] }> {
        const call = this.#provider.check(transported(olds), transported(news));
        const { inputs = {}, failures = [] } = await this.awaiting(call);
        return { inputs: transported(inputs), failures: failures.map(({ reason }) => reason) };
    }

    diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
        return this.awaiting(this.#provider.diff(id, transported(olds), transported(news)));
    }

    create(news: Properties): Promise<ApplyResponse> {
        return this.awaiting(responseOf(this.#provider.create(transported(news)), news));
    }

    update(id: string, olds: Properties, news: Properties): Promise<ApplyResponse> {
        return this.awaiting(responseOf(this.#provider.update(id, transported(olds), transported(news)), news));
    }

    /** The engine has ended, and the process notices it. */
    kill(): void {
        this.#stop.abort(new Error("the deployment was stopped"));
    }
}

async function responseOf(call: Promise<{ outs?: Properties }>, { __provider }: Properties): Promise<ApplyResponse> {
    try {
        const { outs } = await call;
        return { kind: "success", outputs: transported({ ...outs, __provider }) };
    } catch (error) {
        const { message, id, properties, reasons } = error as Error & {
            readonly id?: string;
            readonly properties?: Properties;
            readonly reasons?: readonly string[];
        };
        return id
            ? { kind: "partial failure", outputs: transported(properties ?? {}), reasons: reasons ?? [] }
            : { kind: "error", message };
    }
}

/** The properties after gRPC, which throws for values that it cannot hold. */
function transported(properties: Properties): Properties {
    return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]).toJavaScript();
}
