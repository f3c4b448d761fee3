import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { handleUnaryCall, StatusObject } from "@grpc/grpc-js";
import type * as PluginMessages from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb";
import type * as StatusMessages from "@pulumi/pulumi/proto/status_pb";
import type * as AnyMessages from "google-protobuf/google/protobuf/any_pb";
import type * as EmptyMessages from "google-protobuf/google/protobuf/empty_pb";
import { grpcOfPulumi, protobufOfPulumi } from "../engine/pulumiLibraries";
import type { Properties } from "../lifecycle/arguments";
import type { ApplyResult, CustomTimeout, DiffResult, Lifecycle, ResourceRef } from "../lifecycle/lifecycle";
import { neitherImportedNorRead, secretToken } from "../lifecycle/unsupported";
import { operationOf, pluginTypeTokenOf } from "../lifecycle/urn";
import { sanitize } from "../sanitize";
import type { ProviderArguments } from "./providerArguments";
import { statelessFailures } from "./stateless";
import { isSecret, propertiesIn, revealed, structOf, withContentHashes } from "./values";

const messages = require("@pulumi/pulumi/proto/provider_pb") as typeof Messages;
const { Empty } = protobufOfPulumi<typeof EmptyMessages>("empty_pb");

/** Where the package begins. */
const root = join(__dirname, "..", "..");

/** What the service needs from the process it runs in. */
export interface ServiceDeps {
    /** Takes the arguments of the provider: the engine gives them before it calls for a resource. */
    configure(given: Properties, name: string | undefined): void;
    readonly arguments: () => ProviderArguments;
    readonly lifecycle: () => Lifecycle;
    /** Ends every operation at once. */
    cancel(): void;
}

/**
 * What the engine calls. `checkConfig` and `diffConfig` are left out: the engine then takes the arguments of a provider as
 * they are, and makes its resources with the new ones after any change.
 */
type Service = Pick<
    IResourceProviderServer,
    "getPluginInfo" | "getSchema" | "configure" | "check" | "diff" | "create" | "update" | "read" | "delete" | "cancel"
>;

/** Speaks the provider protocol and nothing else. */
export function providerService(means: ServiceDeps): Service {
    return {
        getPluginInfo: unary(() => {
            const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb") as typeof PluginMessages;
            const { version } = JSON.parse(contentOf("package.json")) as { readonly version: string };
            const info = new PluginInfo();
            info.setVersion(version);
            return info;
        }),

        getSchema: unary(() => {
            const response = new messages.GetSchemaResponse();
            response.setSchema(contentOf("schema.json"));
            return response;
        }),

        configure: unary((request) => {
            // Engines and SDKs that know no such name call it for the default provider too.
            const name = request.hasName?.() ? request.getName() : undefined;
            means.configure(propertiesIn(request.getArgs()), name);
            const response = new messages.ConfigureResponse();
            response.setAcceptsecrets(true);
            // Or the engine would turn a resource among the triggers into its ID, and nobody could refuse it.
            response.setAcceptresources(true);
            return response;
        }),

        check: unary(async (request) => {
            const news = withHashes(propertiesIn(request.getNews()));
            const subject = subjectOf(request.getUrn());
            const olds = revealed(propertiesIn(request.getOlds()));
            const { completion, failures } = await means.lifecycle().check(subject, olds, revealed(news));
            const [, project = ""] = subject.urn.split("::", 2);
            const response = new messages.CheckResponse();
            response.setInputs(structOf({ ...news, ...completion }));
            response.setFailuresList(
                [
                    ...means.arguments().failuresIn(project),
                    ...failures,
                    ...secretFailures(news),
                    ...statelessFailures(request.getUrn(), news),
                ].map((reason) => {
                    const failure = new messages.CheckFailure();
                    // With a property named, the CLI would print its value, which may be a secret of the program.
                    failure.setReason(reason);
                    return failure;
                }),
            );
            return response;
        }),

        diff: unary(async (request) => {
            const subject = subjectOf(request.getUrn());
            const [olds, news] = [request.getOlds(), request.getNews()].map((struct) => revealed(propertiesIn(struct)));
            const difference = await means.lifecycle().diff(subject, olds ?? {}, news ?? {});
            const response = new messages.DiffResponse();
            response.setChanges(changesIn(difference));
            response.setReplacesList(difference.replaces ?? []);
            return response;
        }),

        create: unary(async (request) => {
            const news = propertiesIn(request.getProperties());
            const inputs = revealed(news);
            const subject = subjectOf(request.getUrn());
            const response = new messages.CreateResponse();
            if (request.getPreview()) {
                response.setProperties(structOf({ ...news, ...means.lifecycle().preview(subject, inputs) }));
                return response;
            }
            const id = String(inputs.instanceId);
            const timeout = timeoutOf("customTimeouts.create", request.getTimeout());
            const written = await means.lifecycle().create(subject, inputs, timeout);
            response.setId(id);
            response.setProperties(structOf(outputsOf(id, news, written)));
            return response;
        }),

        update: unary(async (request) => {
            const news = propertiesIn(request.getNews());
            const olds = revealed(propertiesIn(request.getOlds()));
            const subject = subjectOf(request.getUrn());
            const response = new messages.UpdateResponse();
            if (request.getPreview()) {
                const results = means.lifecycle().preview(subject, revealed(news), olds);
                response.setProperties(structOf({ ...news, ...results }));
                return response;
            }
            const timeout = timeoutOf("customTimeouts.update", request.getTimeout());
            const written = await means.lifecycle().update(subject, olds, revealed(news), timeout);
            response.setProperties(structOf(outputsOf(request.getId(), news, written)));
            return response;
        }),

        read: unary((request) => {
            const recorded = request.getProperties();
            if (Object.keys(propertiesIn(recorded)).length === 0) {
                throw new Refusal(`this resource ${neitherImportedNorRead}`);
            }
            // The record tells how a one-shot ended; no refresh may change that, or drop it and so arm the call again.
            const response = new messages.ReadResponse();
            response.setId(request.getId());
            response.setProperties(recorded);
            response.setInputs(request.getInputs());
            return response;
        }),

        // The record goes; what was done to the instance stays as it is.
        delete: unary(() => new Empty()),

        cancel: unary(() => {
            means.cancel();
            return new Empty();
        }),
    };
}

/** What the user is told, in our own words. */
class Refusal extends Error {}

/** A half success: the engine records what comes with an ID, and shows the message. */
class Unfinished extends Error {
    constructor(
        readonly id: string,
        readonly properties: Properties,
        message: string,
    ) {
        super(message);
    }
}

function subjectOf(urn: string): ResourceRef {
    return { operation: operationOf(urn, pluginTypeTokenOf), urn };
}

function contentOf(file: string): string {
    return readFileSync(join(root, file), "utf8");
}

function withHashes(news: Properties): Properties {
    return Object.hasOwn(news, "triggers") ? { ...news, triggers: withContentHashes(news.triggers) } : news;
}

/** A token is sent in the clear and recorded, so it can be no secret. */
function secretFailures({ clientToken }: Properties): string[] {
    return isSecret(clientToken) ? [`clientToken: ${secretToken}`] : [];
}

function changesIn({ changes }: DiffResult): Messages.DiffResponse.DiffChanges {
    const { DIFF_UNKNOWN, DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    return changes === undefined ? DIFF_UNKNOWN : changes ? DIFF_SOME : DIFF_NONE;
}

/** The engine says 0 where the program gives no time. */
function timeoutOf(name: CustomTimeout["name"], seconds: number): CustomTimeout | undefined {
    return seconds === 0 ? undefined : { name, seconds };
}

/** What the engine records, or throws what makes the deployment fail. */
function outputsOf(id: string, mirrored: Properties, written: ApplyResult): Properties {
    switch (written.kind) {
        case "done":
            return { ...mirrored, ...written.results };
        case "pending":
            throw new Unfinished(id, { ...mirrored, ...written.results }, written.message);
        case "failed":
            throw new Refusal(written.message);
    }
}

function unary<Request, Response>(
    answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
    return async ({ request }, callback) => {
        let response: Response;
        try {
            response = await answer(request);
        } catch (error) {
            callback(statusOf(error));
            return;
        }
        callback(null, response);
    };
}

function statusOf(error: unknown): Partial<StatusObject> {
    const { status } = grpcOfPulumi();
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof Unfinished) {
        return { code: status.UNKNOWN, details: text, metadata: metadataOf(error) };
    }
    const isOurs = error instanceof Refusal;
    return {
        code: status.UNKNOWN,
        details: isOurs ? text : `an unexpected error, please report it: ${sanitize(text)}`,
    };
}

function metadataOf({ id, properties, message }: Unfinished): StatusObject["metadata"] {
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
    // Where gRPC carries what an error has beside its text.
    metadata.add("grpc-status-details-bin", Buffer.from(packed.serializeBinary()));
    return metadata;
}
