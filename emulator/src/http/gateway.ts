import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock";
import { type Behavior, rejectionBy } from "../cloud/behavior";
import type { Call, Cloud } from "../cloud/cloud";
import type { Ledger, RequestEntry } from "../cloud/ledger";
import { descriptorOf, type Operation, operationNames } from "../cloud/operations";
import type { Identities, Verdict } from "../identities/identities";
import { isAllowed } from "../identities/ram";
import { type Claim, NonceStore, parseClaim, verify } from "../identities/signature";
import { json, type Rejection, type RequestIdentity, rejected, unknownAction, unknownVersion } from "./answers";
import { type Delivery, outcomeOf, transmit } from "./delivery";
import { distort, type FaultScript, pointOf, throttledUser } from "./faults";
import { type IncomingRequest, incoming } from "./incoming";
import { rateLimit } from "./rateLimit";
import type { Application } from "./server";

const apiVersion = "2017-06-13";

/** What stands behind the gateway, and the rules it enforces. */
export interface GatewayOptions {
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

/** Adds the routes of all operations; each request goes through ledger, admission, fault, effect and answer. */
export function addGateway(app: Application, options: GatewayOptions): void {
    const { identities, clock, signatureTime, newRequestId, onOutcome, ledger, cloud, faults, behavior, stopping } =
        options;
    const nonces = new NonceStore();
    const withinLimit = rateLimit(options.requestsPerSecond, clock);

    function admit(
        { operation, instanceId, region }: Target,
        request: IncomingRequest,
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
        const signed = incoming(request);
        const claim = parseClaim(signed.headers.authorization);
        const identity: RequestIdentity = { requestId: newRequestId(), hostId: request.host };
        const asked = {
            operation,
            instanceId: request.params.instanceId,
            region: signed.headers["x-acs-region-id"],
            clientToken: signed.query.find(([name]) => name === "clientToken")?.[1],
            requestId: identity.requestId,
        };
        const time = new Date(clock.now()).toISOString();
        const entry = ledger.arrived({ ...asked, time, accessKeyId: claim?.accessKeyId, signature: claim?.kind });
        const deliver = (delivery: Delivery) => {
            const outcome = outcomeOf(delivery);
            ledger.note(entry, { outcome });
            if (outcome.kind !== "open") {
                onOutcome(entry);
            }
            return transmit(delivery, reply, clock, stopping);
        };

        const target = { ...asked, region: cloud.regionFor(asked.instanceId, asked.region) };
        const reject = (rejection: Rejection) =>
            rejected(rejectionBy(behavior, rejection, { operation, status: cloud.statusFor(target) }), identity);
        const verdict = admit(target, signed, claim);
        if (verdict.kind === "rejected") {
            return deliver({ kind: "whole", answer: reject(verdict.rejection) });
        }
        const parameters = JSON.stringify(signed.query.filter(([name]) => name !== "clientToken").sort());
        const call: Call = { ...target, accountId: verdict.identity.accountId, parameters };
        const perform = () => {
            const answer = cloud.perform(call);
            switch (answer.kind) {
                case "rejected":
                    return reject(answer.rejection);
                case "done":
                    ledger.note(entry, { effect: answer.effect });
                    break;
                case "replay":
                    ledger.note(entry, { replay: true });
                    break;
                case "read":
            }
            return json(200, answer.body, identity);
        };

        const fault = faults.strike(operation, asked.instanceId);
        if (fault === undefined) {
            return deliver({ kind: "whole", answer: perform() });
        }
        ledger.note(entry, { fault: fault.kind });
        const done = pointOf(fault) === "after" ? perform() : undefined;
        if (fault.kind === "slow") {
            const letGo = done === undefined ? cloud.hold(call) : () => undefined;
            await clock.sleep(fault.delayMs, stopping).finally(letGo);
            return deliver({ kind: "whole", answer: done ?? perform() });
        }
        if (fault.kind === "hang" && done === undefined) {
            reply.raw.once("close", cloud.hold(call));
        }
        const plausible = json(200, { Result: true, RequestId: identity.requestId }, identity);
        return deliver(distort(fault, done ?? plausible, identity));
    };

    for (const operation of operationNames) {
        const { method, path } = descriptorOf(operation);
        app.route({ method, url: path, handler: serve(operation) });
    }
}
