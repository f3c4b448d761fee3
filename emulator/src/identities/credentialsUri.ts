import type { FastifyReply, FastifyRequest } from "fastify";
import { json, rejected } from "../http/answers";
import { outcomeOf } from "../http/delivery";
import type { IssuerContext } from "./identities";

/** Makes the handler of a credentials URI: whoever knows it gets credentials of the role it names. */
export function credentialsUri({ identities, clock, newRequestId, ledger }: IssuerContext) {
    return (request: FastifyRequest<{ Params: { name: string } }>, reply: FastifyReply): FastifyReply => {
        const { name } = request.params;
        const identity = { requestId: newRequestId(), hostId: request.host };
        const role = identities.roleNamed(name);
        const issued = role === undefined ? undefined : identities.issue(role);
        const answer =
            issued === undefined
                ? rejected({ status: 404, code: "EntityNotExist.Role", message: `There is no role ${name}.` }, identity)
                : json(200, { Code: "Success", ...issued }, identity);
        ledger.asked({
            time: new Date(clock.now()).toISOString(),
            operation: "GetCredentialsUri",
            role: name,
            requestId: identity.requestId,
            outcome: outcomeOf({ kind: "whole", answer }),
            issued: issued?.AccessKeyId,
        });
        return reply.code(answer.status).headers(answer.headers).send(answer.body);
    };
}
