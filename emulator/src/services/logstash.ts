import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock";
import { applyRejectionRules, type Behavior } from "../cloud/behavior";
import type { Call, Cloud } from "../cloud/cloud";
import type { Ledger, RequestEntry } from "../cloud/ledger";
import { descriptorOf, type Operation, operationNames } from "../cloud/operations";
import { type Delivery, outcomeOf, transmit } from "../http/delivery";
import { rateLimit } from "../http/rateLimit";
import { signedRequest } from "../http/request";
import { errorResponse, jsonResponse, type ResponseIds, unknownAction, unknownVersion } from "../http/responses";
import type { Application } from "../http/server";
import type { Identities, Verdict } from "../identities/identities";
import { isAllowed } from "../identities/ram";
import { type Claim, NonceStore, parseClaim, type SignedRequest, verify } from "../identities/signature";
import type { Rejection } from "../rejection";
import { type FaultScript, faultyDelivery, pointOf, throttledUser } from "./faults";

const apiVersion = "2017-06-13";

/** What the Logstash API depends on, and the rules it enforces. */
export interface LogstashOptions {
    readonly identities: Identities;
    readonly requestsPerSecond: number;
    readonly clock: Clock;
    readonly signatureTime: () => number;
    readonly newRequestId: () => string;
    readonly onOutcome: (entry: RequestEntry) => void;
    readonly ledger: Ledger;
    readonly cloud: Cloud;
    readonly faults: FaultScript;
    readonly behavior: Behavior;
    /** Aborted when the emulator stops. */
    readonly stopping: AbortSignal;
}

interface InstanceRoute {
    Params: { instanceId: string };
}

type Target = Pick<Call, "operation" | "instanceId" | "region">;

const forbidden: Rejection = {
    status: 403,
    code: "Forbidden.RAM",
    message: "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
};

const unknownSignature: Rejection = {
    status: 400,
    code: "InvalidSignatureMethod",
    message: "The specified signature method is not supported.",
};

/** Adds the routes of the Logstash API. A request passes authentication, faults and the cloud, in this order. */
export function addLogstash(app: Application, options: LogstashOptions): void {
    const { identities, clock, signatureTime, newRequestId, onOutcome, ledger, cloud, faults, behavior, stopping } =
        options;
    const nonces = new NonceStore();
    const withinLimit = rateLimit(options.requestsPerSecond, clock);

    function authorize(
        { operation, instanceId, region }: Target,
        request: SignedRequest,
        claim: Claim | undefined,
    ): Verdict {
        const reject = (rejection: Rejection): Verdict => ({ kind: "rejected", rejection });
        if (claim !== undefined && !behavior.signatures.includes(claim.kind)) {
            return reject(unknownSignature);
        }
        const verdict = verify(request, claim, identities, nonces, signatureTime());
        if (verdict.kind === "rejected") {
            return verdict;
        }
        if (request.headers["x-acs-version"] !== apiVersion) {
            return reject(unknownVersion);
        }
        if ((request.headers["x-acs-action"] ?? operation) !== operation) {
            return reject(unknownAction);
        }
        const { accountId, policies } = verdict.identity;
        if (!withinLimit(accountId)) {
            return reject(throttledUser);
        }
        const resource = `acs:elasticsearch:${region}:${accountId}:logstashes/${instanceId}`;
        return isAllowed(policies, descriptorOf(operation).ramAction, resource) ? verdict : reject(forbidden);
    }

    const serve = (operation: Operation) => async (request: FastifyRequest<InstanceRoute>, reply: FastifyReply) => {
        const signed = signedRequest(request);
        const claim = parseClaim(signed.headers.authorization);
        const ids: ResponseIds = { requestId: newRequestId(), hostId: request.host };
        const received = {
            operation,
            instanceId: request.params.instanceId,
            region: signed.headers["x-acs-region-id"],
            clientToken: signed.query.find(([name]) => name === "clientToken")?.[1],
            requestId: ids.requestId,
        };
        const time = new Date(clock.now()).toISOString();
        const entry = ledger.addRequest({
            ...received,
            time,
            accessKeyId: claim?.accessKeyId,
            signature: claim?.kind,
        });
        const deliver = (delivery: Delivery) => {
            const outcome = outcomeOf(delivery);
            ledger.update(entry, { outcome });
            if (outcome.kind !== "open") {
                onOutcome(entry);
            }
            return transmit(delivery, reply, clock, stopping);
        };

        const target = { ...received, region: cloud.regionFor(received.instanceId, received.region) };
        const rejected = (rejection: Rejection) => {
            const status = cloud.statusFor(target);
            return errorResponse(applyRejectionRules(behavior, rejection, { operation, status }), ids);
        };
        const verdict = authorize(target, signed, claim);
        if (verdict.kind === "rejected") {
            return deliver({ kind: "whole", response: rejected(verdict.rejection) });
        }
        const parameters = JSON.stringify(signed.query.filter(([name]) => name !== "clientToken").sort());
        const call: Call = { ...target, accountId: verdict.identity.accountId, parameters };
        const perform = () => {
            const result = cloud.perform(call);
            switch (result.kind) {
                case "rejected":
                    return rejected(result.rejection);
                case "applied":
                    ledger.update(entry, { effect: result.effect });
                    break;
                case "replayed":
                    ledger.update(entry, { replay: true });
                    break;
                case "read":
            }
            return jsonResponse(200, result.body, ids);
        };

        const fault = faults.faultFor(operation, received.instanceId);
        if (fault === undefined) {
            return deliver({ kind: "whole", response: perform() });
        }
        ledger.update(entry, { fault: fault.kind });
        const response = pointOf(fault) === "after" ? perform() : undefined;
        if (fault.kind === "slow") {
            const release = response === undefined ? cloud.hold(call) : () => undefined;
            await clock.sleep(fault.delayMs, stopping).finally(release);
            return deliver({ kind: "whole", response: response ?? perform() });
        }
        if (fault.kind === "hang" && response === undefined) {
            reply.raw.once("close", cloud.hold(call));
        }
        const success = jsonResponse(200, { Result: true, RequestId: ids.requestId }, ids);
        return deliver(faultyDelivery(fault, response ?? success, ids));
    };

    for (const operation of operationNames) {
        const { method, path } = descriptorOf(operation);
        app.route({ method, url: path, handler: serve(operation) });
    }
}
