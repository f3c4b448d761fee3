import type { FastifyReply, FastifyRequest } from "fastify";
import { applyRejectionRules, type Behavior } from "../cloud/behavior";
import type { Call, Cloud } from "../cloud/cloud";
import type { RequestEntry } from "../cloud/ledger";
import { descriptorOf, type Operation, operationNames } from "../cloud/operations";
import { type Delivery, deliver, outcomeOf, whole } from "../http/delivery";
import { rateLimit } from "../http/rateLimit";
import { signedRequest } from "../http/request";
import {
    errorResponse,
    type HttpResponse,
    jsonResponse,
    type ResponseIds,
    unknownAction,
    unknownVersion,
} from "../http/responses";
import type { Application } from "../http/server";
import type { Caller } from "../identities/identities";
import { isAllowed } from "../identities/ram";
import { type Claim, NonceStore, parseClaim, type SignedRequest, verify } from "../identities/signature";
import { Rejected, rejected, rejectionOf } from "../rejection";
import type { ServiceContext } from "./context";
import { type FaultScript, faultyDelivery, pointOf, throttledUser } from "./faults";

const apiVersion = "2017-06-13";

/** What the Logstash API depends on, and the rules it enforces. */
export interface LogstashOptions extends ServiceContext {
    readonly requestsPerSecond: number;
    readonly onOutcome: (entry: RequestEntry) => void;
    readonly cloud: Cloud;
    readonly faults: FaultScript;
    readonly behavior: Behavior;
    /** Aborted when the emulator stops. */
    readonly stopping: AbortSignal;
}

type InstanceRequest = FastifyRequest<{ Params: { instanceId: string } }>;

/** One request, from its arrival to its outcome. */
interface Exchange {
    readonly request: SignedRequest;
    readonly claim: Claim | undefined;
    readonly target: Omit<Call, "accountId" | "parameters">;
    readonly ids: ResponseIds;
    readonly entry: RequestEntry;
    readonly reply: FastifyReply;
}

/** Adds the routes of the Logstash API. */
export function addLogstash(app: Application, options: LogstashOptions): void {
    const api = new LogstashApi(options);
    for (const operation of operationNames) {
        const { method, path } = descriptorOf(operation);
        const handler = (request: InstanceRequest, reply: FastifyReply) => api.serve(operation, request, reply);
        app.route({ method, url: path, handler });
    }
}

/** The Logstash API. A request passes authentication, faults and the cloud, in this order. */
class LogstashApi {
    readonly #options: LogstashOptions;
    readonly #nonces = new NonceStore();
    readonly #isWithinLimit: (accountId: string) => boolean;

    constructor(options: LogstashOptions) {
        this.#options = options;
        this.#isWithinLimit = rateLimit(options.requestsPerSecond, options.clock);
    }

    /** Serves one request, from its entry in the ledger to its outcome there. */
    async serve(operation: Operation, received: InstanceRequest, reply: FastifyReply): Promise<FastifyReply> {
        const { clock, cloud, ledger, newRequestId, onOutcome, stopping } = this.#options;
        const request = signedRequest(received);
        const claim = parseClaim(request.headers.authorization);
        const ids = { requestId: newRequestId(), hostId: received.host };
        const named = {
            operation,
            instanceId: received.params.instanceId,
            region: request.headers["x-acs-region-id"],
            clientToken: request.query.find(([name]) => name === "clientToken")?.[1],
            requestId: ids.requestId,
        };
        const time = new Date(clock.now()).toISOString();
        const entry = ledger.addRequest({ ...named, time, accessKeyId: claim?.accessKeyId, signature: claim?.kind });
        const target = { ...named, region: cloud.regionFor(named.instanceId, named.region) };

        const exchange = { request, claim, target, ids, entry, reply };
        const delivery = await this.#process(exchange).catch((error: unknown) =>
            whole(this.#errorResponse(error, exchange)),
        );
        const outcome = outcomeOf(delivery);
        ledger.update(entry, { outcome });
        if (outcome.kind !== "open") {
            onOutcome(entry);
        }
        return deliver(delivery, reply, clock, stopping);
    }

    async #process(exchange: Exchange): Promise<Delivery> {
        const { clock, cloud, faults, ledger, stopping } = this.#options;
        const { request, target, ids, entry, reply } = exchange;
        const { accountId } = this.#authorize(exchange);
        const parameters = JSON.stringify(request.query.filter(([name]) => name !== "clientToken").sort());
        const call = { ...target, accountId, parameters };

        const fault = faults.faultFor(target.operation, target.instanceId);
        if (fault === undefined) {
            return whole(this.#perform(call, exchange));
        }
        ledger.update(entry, { fault: fault.kind });
        // Undefined if the fault comes before the effect.
        const response = pointOf(fault) === "after" ? this.#perform(call, exchange) : undefined;
        if (fault.kind === "slow") {
            const release = response === undefined ? cloud.hold(call) : undefined;
            await clock.sleep(fault.delayMs, stopping).finally(() => release?.());
            return whole(response ?? this.#perform(call, exchange));
        }
        if (fault.kind === "hang" && response === undefined) {
            const release = cloud.hold(call);
            reply.raw.once("close", () => release?.());
        }
        const success = jsonResponse(200, { Result: true, RequestId: ids.requestId }, ids);
        return faultyDelivery(fault, response ?? success, ids);
    }

    #authorize({ request, claim, target: { operation, instanceId, region } }: Exchange): Caller {
        const { behavior, identities, signatureTime } = this.#options;
        if (claim !== undefined && !behavior.signatures.includes(claim.kind)) {
            throw rejected(400, "InvalidSignatureMethod", "The specified signature method is not supported.");
        }
        const caller = verify(request, claim, identities, this.#nonces, signatureTime());
        if (request.headers["x-acs-version"] !== apiVersion) {
            throw new Rejected(unknownVersion);
        }
        if ((request.headers["x-acs-action"] ?? operation) !== operation) {
            throw new Rejected(unknownAction);
        }
        const { accountId, policies } = caller;
        if (!this.#isWithinLimit(accountId)) {
            throw new Rejected(throttledUser);
        }
        const resource = `acs:elasticsearch:${region}:${accountId}:logstashes/${instanceId}`;
        if (!isAllowed(policies, descriptorOf(operation).ramAction, resource)) {
            const message =
                "User not authorized to operate on the specified resource, or this API doesn't support RAM.";
            throw rejected(403, "Forbidden.RAM", message);
        }
        return caller;
    }

    #perform(call: Call, exchange: Exchange): HttpResponse {
        try {
            const { body, effect, replay } = this.#options.cloud.perform(call);
            this.#options.ledger.update(exchange.entry, { effect, replay });
            return jsonResponse(200, body, exchange.ids);
        } catch (error) {
            return this.#errorResponse(error, exchange);
        }
    }

    #errorResponse(error: unknown, { target, ids }: Exchange): HttpResponse {
        const { behavior, cloud } = this.#options;
        const request = { operation: target.operation, status: cloud.statusFor(target) };
        return errorResponse(applyRejectionRules(behavior, rejectionOf(error), request), ids);
    }
}
