import type { FastifyReply, FastifyRequest } from "fastify";
import type { Cloud } from "../cloud/cloud";
import type { ReadonlyLedger } from "../cloud/ledger";
import type { Application } from "../http/server";

const loopback = /^(::1|(::ffff:)?127\..*)$/;

type InstanceRequest = FastifyRequest<{ Params: { instanceId: string }; Querystring: { region?: string } }>;
type ClientTokenRequest = FastifyRequest<{ Params: { clientToken: string } }>;

/** Adds the routes by which the page, a person or a script reads and controls the cloud, without a signature. */
export function addControl(app: Application, cloud: Cloud, ledger: ReadonlyLedger): void {
    const control = (action: "startChange" | "step") => (request: InstanceRequest, reply: FastifyReply) =>
        attempt(request, reply, () => {
            const { instanceId } = request.params;
            const { region } = request.query;
            cloud[action](instanceId, region);
            return cloud.instance(instanceId, region);
        });

    app.get("/_emulator/state", () => ({
        instances: cloud.instances(),
        effects: ledger.effects,
        requests: ledger.requests,
        credentials: ledger.credentials,
    }));
    app.post("/_emulator/instances/:instanceId/start-change", control("startChange"));
    app.post("/_emulator/instances/:instanceId/step", control("step"));
    app.post("/_emulator/client-tokens/:clientToken/forget", (request: ClientTokenRequest, reply) =>
        attempt(request, reply, () => {
            cloud.forgetClientToken(request.params.clientToken);
            return { forgotten: true };
        }),
    );
}

function attempt({ ip }: { readonly ip: string }, reply: FastifyReply, act: () => object): FastifyReply {
    if (!loopback.test(ip)) {
        return reply.code(403).send({ error: "Only this machine can control the emulator." });
    }
    try {
        return reply.send(act());
    } catch (error) {
        return reply.code(409).send({ error: error instanceof Error ? error.message : String(error) });
    }
}
