import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { handleUnaryCall, StatusObject } from "@grpc/grpc-js";
import type * as PluginMessages from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb";
import type * as StatusMessages from "@pulumi/pulumi/proto/status_pb";
import type * as AnyMessages from "google-protobuf/google/protobuf/any_pb";
import type * as EmptyMessages from "google-protobuf/google/protobuf/empty_pb";
import { connectEngineLog } from "../engine/engineLog";
import { grpcOfPulumi, protobufOfPulumi } from "../engine/pulumiLibraries";
import type { Properties } from "../lifecycle/arguments";
import { importFailure } from "../lifecycle/checkFailures";
import type { DiffResult } from "../lifecycle/diff";
import type * as LifecycleModule from "../lifecycle/lifecycle";
import type { ApplyResult, CustomTimeout, Lifecycle, ResourceRef } from "../lifecycle/lifecycle";
import { operationOf, pluginTypeTokenOf } from "../lifecycle/urn";
import { sanitize } from "../sanitize";
import { inputFailures } from "./checkFailures";
import { readProviderArguments } from "./providerArguments";
import { propertiesIn, revealed, structOf, withContentHashes } from "./values";

const messages = require("@pulumi/pulumi/proto/provider_pb") as typeof Messages;
const { Empty } = protobufOfPulumi<typeof EmptyMessages>("empty_pb");

const packageFolder = join(__dirname, "..", "..");

/**
 * The methods that the engine calls. Without `checkConfig` and `diffConfig` it takes the arguments of a provider as they
 * are, and uses the new ones after any change.
 */
type Service = Pick<
    IResourceProviderServer,
    "getPluginInfo" | "getSchema" | "configure" | "check" | "diff" | "create" | "update" | "read" | "delete" | "cancel"
>;

/**
 * Implements the provider protocol by the lifecycle. `stopped` ends every operation. It fires with `cancelled`, which the
 * engine's call `cancel` aborts.
 */
export function providerService(
    { argv, env }: Pick<NodeJS.Process, "argv" | "env">,
    stopped: AbortSignal,
    cancelled: AbortController,
): Service {
    const log = connectEngineLog(argv);
    let provider = readProviderArguments({}, undefined, env);
    let lifecycle: Lifecycle | undefined;

    /** Loaded with the first call for a resource: that takes 4 ms, for which the engine would wait before the port is open. */
    function lifecycleOfProvider(): Lifecycle {
        const module = require("../lifecycle/lifecycle") as typeof LifecycleModule;
        lifecycle ??= new module.Lifecycle({ ...provider, stopped, log });
        return lifecycle;
    }

    return {
        getPluginInfo: unary(() => {
            const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb") as typeof PluginMessages;
            const { version } = JSON.parse(packageFile("package.json")) as { readonly version: string };
            const info = new PluginInfo();
            info.setVersion(version);
            return info;
        }),

        getSchema: unary(() => {
            const response = new messages.GetSchemaResponse();
            response.setSchema(packageFile("schema.json"));
            return response;
        }),

        configure: unary((request) => {
            // Engines and SDKs without this field configure the default provider too.
            const name = request.hasName?.() ? request.getName() : undefined;
            provider = readProviderArguments(propertiesIn(request.getArgs()), name, env);
            lifecycle = undefined;
            const response = new messages.ConfigureResponse();
            response.setAcceptsecrets(true);
            // Otherwise the engine would replace a resource among the triggers by its ID, which `check` could not refuse.
            response.setAcceptresources(true);
            return response;
        }),

        check: unary(async (request) => {
            const resource = resourceOf(request);
            const news = withHashedTriggers(propertiesIn(request.getNews()));
            const olds = revealed(propertiesIn(request.getOlds()));
            const { completion, failures } = await lifecycleOfProvider().check(resource, olds, revealed(news));
            const project = resource.urn.split("::")[1] ?? "";
            const response = new messages.CheckResponse();
            response.setInputs(structOf({ ...news, ...completion }));
            response.setFailuresList(
                [...provider.failuresIn(project), ...failures, ...inputFailures(resource.urn, news)].map((reason) => {
                    const failure = new messages.CheckFailure();
                    // The CLI would print the value of a named property, which may be a secret of the program.
                    failure.setReason(reason);
                    return failure;
                }),
            );
            return response;
        }),

        diff: unary(async (request) => {
            const olds = revealed(propertiesIn(request.getOlds()));
            const news = revealed(propertiesIn(request.getNews()));
            const difference = await lifecycleOfProvider().diff(resourceOf(request), olds, news);
            const response = new messages.DiffResponse();
            response.setChanges(changesIn(difference));
            response.setReplacesList(difference.replaces ?? []);
            return response;
        }),

        create: unary(async (request) => {
            const resource = resourceOf(request);
            const news = propertiesIn(request.getProperties());
            const inputs = revealed(news);
            const response = new messages.CreateResponse();
            if (request.getPreview()) {
                response.setProperties(structOf({ ...news, ...lifecycleOfProvider().preview(resource, inputs) }));
                return response;
            }
            const id = String(inputs.instanceId);
            const timeout = timeoutOf("customTimeouts.create", request.getTimeout());
            const applied = await lifecycleOfProvider().create(resource, inputs, timeout);
            response.setId(id);
            response.setProperties(structOf(recordOf(id, news, applied)));
            return response;
        }),

        update: unary(async (request) => {
            const resource = resourceOf(request);
            const news = propertiesIn(request.getNews());
            const [olds, inputs] = [revealed(propertiesIn(request.getOlds())), revealed(news)];
            const response = new messages.UpdateResponse();
            if (request.getPreview()) {
                response.setProperties(structOf({ ...news, ...lifecycleOfProvider().preview(resource, inputs, olds) }));
                return response;
            }
            const timeout = timeoutOf("customTimeouts.update", request.getTimeout());
            const applied = await lifecycleOfProvider().update(resource, olds, inputs, timeout);
            response.setProperties(structOf(recordOf(request.getId(), news, applied)));
            return response;
        }),

        read: unary((request) => {
            const recorded = request.getProperties();
            if (Object.keys(propertiesIn(recorded)).length === 0) {
                throw new Failure(importFailure("this resource"));
            }
            // A refresh keeps the record: to change or drop it would make the call again.
            const response = new messages.ReadResponse();
            response.setId(request.getId());
            response.setProperties(recorded);
            response.setInputs(request.getInputs());
            return response;
        }),

        // Only the record goes: the instance stays as it is.
        delete: unary(() => new Empty()),

        cancel: unary(() => {
            // Pulumi calls it on Ctrl-C, and at the end of every run.
            cancelled.abort(new Error("the deployment was stopped"));
            return new Empty();
        }),
    };
}

/** A failure in our own words, which the user sees as it is. */
class Failure extends Error {}

/** A partial failure: the engine records the properties, and shows the message. */
class PartialFailure extends Error {
    constructor(
        readonly id: string,
        readonly properties: Properties,
        message: string,
    ) {
        super(message);
    }
}

function resourceOf(request: { getUrn(): string }): ResourceRef {
    const urn = request.getUrn();
    return { operation: operationOf(urn, pluginTypeTokenOf), urn };
}

function packageFile(name: string): string {
    return readFileSync(join(packageFolder, name), "utf8");
}

function withHashedTriggers(news: Properties): Properties {
    return Object.hasOwn(news, "triggers") ? { ...news, triggers: withContentHashes(news.triggers) } : news;
}

function changesIn({ changes }: DiffResult): Messages.DiffResponse.DiffChanges {
    const { DIFF_UNKNOWN, DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    if (changes === undefined) {
        return DIFF_UNKNOWN;
    }
    return changes ? DIFF_SOME : DIFF_NONE;
}

/** The engine sends 0 if the program gives no time. */
function timeoutOf(name: CustomTimeout["name"], seconds: number): CustomTimeout | undefined {
    return seconds === 0 ? undefined : { name, seconds };
}

/** What the engine records; or throws what makes the deployment fail. */
function recordOf(id: string, inputs: Properties, applied: ApplyResult): Properties {
    switch (applied.kind) {
        case "done":
            return { ...inputs, ...applied.results };
        case "pending":
            throw new PartialFailure(id, { ...inputs, ...applied.results }, applied.message);
        case "failed":
            throw new Failure(applied.message);
    }
}

/** A method of the service that takes one message and returns one. */
function unary<Request, Response>(
    respond: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
    return async ({ request }, callback) => {
        let response: Response;
        try {
            response = await respond(request);
        } catch (error) {
            callback(statusOf(error));
            return;
        }
        callback(null, response);
    };
}

function statusOf(error: unknown): Partial<StatusObject> {
    const code = grpcOfPulumi().status.UNKNOWN;
    if (error instanceof PartialFailure) {
        return { code, details: error.message, metadata: metadataOf(error) };
    }
    return { code, details: error instanceof Failure ? error.message : unexpectedError(error) };
}

/** What a user sees of an error in this package. */
export function unexpectedError(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    return `an unexpected error, please report it: ${sanitize(text)}`;
}

/** The details of a partial failure, where gRPC transports what an error has beside its text. */
function metadataOf({ id, properties, message }: PartialFailure): StatusObject["metadata"] {
    const { Metadata, status } = grpcOfPulumi();
    const { Any } = protobufOfPulumi<typeof AnyMessages>("any_pb");
    const { Status } = require("@pulumi/pulumi/proto/status_pb") as typeof StatusMessages;
    const failure = new messages.ErrorResourceInitFailed();
    failure.setId(id);
    failure.setProperties(structOf(properties));
    failure.setReasonsList([message]);
    const detail = new Any();
    detail.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const packed = new Status();
    packed.setCode(status.UNKNOWN);
    packed.setMessage(message);
    packed.addDetails(detail);
    const metadata = new Metadata();
    metadata.add("grpc-status-details-bin", Buffer.from(packed.serializeBinary()));
    return metadata;
}
