import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { type Clock, realClock } from "./clock";
import { Cloud, type InstanceOptions, type InstanceStatus, type InstanceView } from "./cloud/cloud";
import { Ledger, type ReadonlyLedger, type RequestEntry } from "./cloud/ledger";
import { refused, unknownAction } from "./http/answers";
import { FaultScript } from "./http/faults";
import { gateway, type InstanceRoute } from "./http/gateway";
import { page, watch } from "./http/page";
import { credentialsUri } from "./identities/credentialsUri";
import { type Account, Identities, type Role } from "./identities/identities";
import { addMetadata, type MetadataOptions } from "./identities/metadata";
import { sts } from "./identities/sts";
import type { KeyAndCertificate } from "./network/certificate";

const dayMs = 24 * 60 * 60_000;

/** The one account of an emulator that is given none. */
export const testAccount: Account = {
    accessKeyId: "emulator-access-key",
    accessKeySecret: "emulator-access-key-secret",
};

/** How to start an emulator. */
export interface EmulatorOptions {
    /** @default 0, any free port */
    readonly port?: number;
    /** @default "127.0.0.1" */
    readonly host?: string;
    /** @default the test account */
    readonly accounts?: readonly Account[];
    /** What accounts can become, and credentials URIs name. @default none */
    readonly roles?: readonly Role[];
    /** What `AssumeRoleWithOIDC` takes as an identity provider's token. @default none */
    readonly oidcTokens?: readonly string[];
    /** The ECS instance the clients seem to run on. @default none */
    readonly metadata?: MetadataOptions;
    /** The lifetime of temporary credentials, by `clock`. @default what the client asks for, or 1 hour */
    readonly credentialsLifetimeMs?: number;
    /** Serves `url` with TLS; see `selfSigned`. @default without */
    readonly tls?: KeyAndCertificate;
    /** @default none */
    readonly instances?: readonly InstanceOptions[];
    /** How long the answer to a client token is remembered. @default 24 hours */
    readonly tokenLifetimeMs?: number;
    /** The time of instances, client tokens, limits and delays. @default the machine's */
    readonly clock?: Clock;
    /** The time that dates of signatures are checked against; clients can't follow a stepped clock. @default Date.now */
    readonly signatureTime?: () => number;
    /** A new request ID for each call. @default random UUIDs */
    readonly newRequestId?: () => string;
    /** Requests beyond it are refused with `Throttling.User`, for each account. @default no limit */
    readonly limits?: { readonly requestsPerSecond: number };
    /** Told of each request once its outcome is known. */
    readonly onOutcome?: (entry: RequestEntry) => void;
}

/** A running emulator. */
export interface Emulator {
    /** Where it listens, without a trailing slash: `https` if it was started with `tls`. It has a page for browsers. */
    readonly url: string;
    /** Where the same is served without TLS, as ECS metadata must be. */
    readonly plainUrl: string;
    /** What was asked and what was done. */
    readonly ledger: ReadonlyLedger;
    /** The failures to come. */
    readonly faults: Pick<FaultScript, "add" | "clear">;
    /** Client connections that are open now, and the most there were at one time. */
    readonly connections: { readonly open: number; readonly peak: number };
    /** Adds an instance, or replaces the one with the same ID. */
    addInstance(options: InstanceOptions): void;
    /** The instance as it is now; throws if there is none. */
    instance(instanceId: string): InstanceView;
    /** Begins a change of an active or suspended instance. */
    startChange(instanceId: string): void;
    /** Puts the instance into a status, whatever it was before. */
    setStatus(instanceId: string, status: InstanceStatus): void;
    /** Makes the transition that time would bring next, and returns the status after it. */
    step(instanceId: string): InstanceStatus;
    /** Ends all temporary credentials issued so far, whatever their `Expiration` says. */
    expireCredentials(): void;
    /** Closes everything at once, hanging requests too. */
    stop(): Promise<void>;
}

/** Starts the emulator and resolves when it listens. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
    const { clock = realClock, newRequestId = () => randomUUID().toUpperCase() } = options;
    const ledger = new Ledger();
    const cloud = new Cloud(clock, ledger, options.tokenLifetimeMs ?? dayMs);
    const faults = new FaultScript();
    const stopping = new AbortController();
    const connections = { open: 0, peak: 0 };
    for (const instance of options.instances ?? []) {
        cloud.addInstance(instance);
    }

    const app = fastify({
        https: options.tls ?? null,
        forceCloseConnections: true,
        exposeHeadRoutes: false,
        routerOptions: { maxParamLength: 1000 },
    });
    const plain = createServer((request, response) => app.routing(request, response));
    const count = (socket: Socket) => {
        connections.open += 1;
        connections.peak = Math.max(connections.peak, connections.open);
        socket.once("close", () => {
            connections.open -= 1;
        });
    };
    app.server.on("connection", count);
    plain.on("connection", count);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.setNotFoundHandler((request, reply) => {
        const answer = refused(unknownAction, { requestId: newRequestId(), hostId: request.host });
        return reply.code(answer.status).headers(answer.headers).send(answer.body);
    });

    const identities = new Identities({
        accounts: options.accounts ?? [testAccount],
        roles: options.roles ?? [],
        clock,
        lifetimeMs: options.credentialsLifetimeMs,
    });
    const signatureTime = options.signatureTime ?? Date.now;
    const serve = gateway({
        identities,
        requestsPerSecond: options.limits?.requestsPerSecond ?? Number.POSITIVE_INFINITY,
        clock,
        signatureTime,
        newRequestId,
        onOutcome: options.onOutcome ?? (() => undefined),
        ledger,
        cloud,
        faults,
        stopping: stopping.signal,
    });
    app.post("/openapi/logstashes/:instanceId/actions/interrupt", serve("InterruptLogstashTask"));
    app.post("/openapi/logstashes/:instanceId/actions/resume", serve("ResumeLogstashTask"));
    app.get("/openapi/logstashes/:instanceId", serve("DescribeLogstash"));

    const context = { identities, clock, signatureTime, newRequestId, ledger };
    const tokenService = sts({ ...context, oidcTokens: options.oidcTokens ?? [] });
    // A call of the token service always has parameters; a person has none.
    app.get("/", (request, reply) => (request.raw.url === "/" ? page(reply) : tokenService(request, reply)));
    app.post("/", tokenService);
    app.get("/_emulator/credentials-uri/:name", credentialsUri(context));
    if (options.metadata !== undefined) {
        addMetadata(app, options.metadata, context);
    }

    const startChange = byHand(cloud, (instanceId) => cloud.startChange(instanceId));
    const step = byHand(cloud, (instanceId) => cloud.step(instanceId));
    app.get("/_emulator/state", () => ({
        instances: cloud.instances(),
        effects: ledger.effects,
        requests: ledger.requests,
        credentials: ledger.credentials,
    }));
    app.get("/_emulator/events", watch(cloud, ledger));
    app.post("/_emulator/instances/:instanceId/start-change", startChange);
    app.post("/_emulator/instances/:instanceId/step", step);

    const host = options.host ?? "127.0.0.1";
    const url = await app.listen({ host, port: options.port ?? 0 });
    const plainUrl = options.tls === undefined ? url : await listen(plain, host);
    return {
        url,
        plainUrl,
        ledger,
        faults,
        connections,
        addInstance: (instance) => cloud.addInstance(instance),
        instance: (instanceId) => cloud.instance(instanceId),
        startChange: (instanceId) => cloud.startChange(instanceId),
        setStatus: (instanceId, status) => cloud.setStatus(instanceId, status),
        step: (instanceId) => cloud.step(instanceId),
        expireCredentials: () => identities.expireIssued(),
        stop: async () => {
            // Connections first, or the delays that the signal ends would still be answered.
            app.server.closeAllConnections();
            plain.closeAllConnections();
            plain.close();
            stopping.abort();
            await app.close();
        },
    };
}

async function listen(server: Server, host: string): Promise<string> {
    server.listen(0, host);
    await once(server, "listening");
    return `http://${host}:${(server.address() as AddressInfo).port}`;
}

function byHand(cloud: Cloud, act: (instanceId: string) => void) {
    return ({ params, ip }: FastifyRequest<InstanceRoute>, reply: FastifyReply) => {
        if (!/^(::1|(::ffff:)?127\..*)$/.test(ip)) {
            return reply.code(403).send({ error: "Only this machine may do that." });
        }
        try {
            act(params.instanceId);
            return reply.send(cloud.instance(params.instanceId));
        } catch (error) {
            return reply.code(409).send({ error: error instanceof Error ? error.message : String(error) });
        }
    };
}
