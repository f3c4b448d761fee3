import type { FastifyReply, FastifyRequest } from "fastify";
import { outcomeOf, whole } from "../http/delivery";
import { errorResponse, jsonResponse, send } from "../http/responses";
import type { ServiceContext } from "./context";

/** Handles a credentials URI: it issues credentials of the role that the URI names, without authentication. */
export function credentialsUri({ identities, clock, newRequestId, ledger }: ServiceContext) {
    return (request: FastifyRequest<{ Params: { name: string } }>, reply: FastifyReply): FastifyReply => {
        const { name } = request.params;
        const ids = { requestId: newRequestId(), hostId: request.host };
        const role = identities.roleNamed(name);
        const issued = role === undefined ? undefined : identities.issue(role);
        const noRole = { status: 404, code: "EntityNotExist.Role", message: `There is no role ${name}.` };
        const response =
            issued === undefined ? errorResponse(noRole, ids) : jsonResponse(200, { Code: "Success", ...issued }, ids);
        ledger.addCredentialRequest({
            time: new Date(clock.now()).toISOString(),
            operation: "GetCredentialsUri",
            role: name,
            requestId: ids.requestId,
            outcome: outcomeOf(whole(response)),
            issued: issued?.AccessKeyId,
        });
        return send(response, reply);
    };
}
