import { randomUUID } from "node:crypto";
import { type Clock, realClock } from "./clock";
import { assumed, type Behavior } from "./cloud/behavior";
import { Cloud } from "./cloud/cloud";
import type { InstanceOptions, InstanceView } from "./cloud/instance";
import { Ledger, type ReadonlyLedger, type RequestEntry } from "./cloud/ledger";
import type { InstanceStatus } from "./cloud/phase";
import { addByHand } from "./http/byHand";
import { FaultScript } from "./http/faults";
import { addGateway } from "./http/gateway";
import { page, watch } from "./http/page";
import { HttpServer } from "./http/server";
import { credentialsUri } from "./identities/credentialsUri";
import { type Account, Identities, type Role } from "./identities/identities";
import { addMetadata, type MetadataOptions } from "./identities/metadata";
import { sts } from "./identities/sts";
import type { KeyAndCertificate } from "./network/certificate";
import type { ConnectionCount } from "./network/listening";

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
    /** Milliseconds for which temporary credentials are good, by `clock`. @default what the client asks for, or 1 hour */
    readonly credentialsLifetimeMs?: number;
    /** Serves `url` with TLS; see `selfSigned`. @default without */
    readonly tls?: KeyAndCertificate;
    /** The region of instances and requests that name none. @default "cn-hangzhou" */
    readonly region?: string;
    /** @default none */
    readonly instances?: readonly InstanceOptions[];
    /** Milliseconds for which the answer to a client token is remembered. @default 24 hours */
    readonly tokenLifetimeMs?: number;
    /** The time of instances, client tokens, limits and delays. @default the machine's */
    readonly clock?: Clock;
    /** The time that dates of signatures are checked against; clients can't follow a stepped clock. @default Date.now */
    readonly signatureTime?: () => number;
    /** A new request ID for each call. @default random UUIDs */
    readonly newRequestId?: () => string;
    /** Requests beyond it are rejected with `Throttling.User`, for each account. @default no limit */
    readonly limits?: { readonly requestsPerSecond: number };
    /** What is to be otherwise than it is assumed of the service. @default nothing */
    readonly behavior?: Partial<Behavior>;
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
    readonly connections: ConnectionCount;
    /** Adds an instance, or replaces the one with the same ID in its region. */
    addInstance(options: InstanceOptions): void;
    /** The instance as it is now; throws if there is none. The region is needed where several have the ID. */
    instance(instanceId: string, region?: string): InstanceView;
    /** Begins a change of an active or suspended instance; throws in another status. */
    startChange(instanceId: string, region?: string): void;
    /** Puts the instance into a status, whatever it was before. */
    setStatus(instanceId: string, status: InstanceStatus, region?: string): void;
    /** Makes the transition that time would bring next, and returns the status after it. */
    step(instanceId: string, region?: string): InstanceStatus;
    /** Forgets the answers to a client token before their lifetime is over; throws if there are none. */
    forgetClientToken(clientToken: string): void;
    /** Ends all temporary credentials issued so far, whatever their `Expiration` says. */
    expireCredentials(): void;
    /** Closes everything at once, hanging requests too. */
    stop(): Promise<void>;
}

/** Starts the emulator and resolves when it listens; rejects with `ListenError` where it cannot. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
    const { clock = realClock, newRequestId = () => randomUUID().toUpperCase() } = options;
    const { region = "cn-hangzhou", tokenLifetimeMs = dayMs, signatureTime = Date.now } = options;
    const behavior = { ...assumed, ...options.behavior };
    const ledger = new Ledger();
    const cloud = new Cloud({ clock, ledger, region, tokenLifetimeMs, behavior });
    const faults = new FaultScript();
    const stopping = new AbortController();
    for (const instance of options.instances ?? []) {
        cloud.addInstance(instance);
    }
    const identities = new Identities({
        accounts: options.accounts ?? [testAccount],
        roles: options.roles ?? [],
        clock,
        lifetimeMs: options.credentialsLifetimeMs,
    });

    const server = new HttpServer({ tls: options.tls, newRequestId });
    const { app } = server;
    addGateway(app, {
        identities,
        requestsPerSecond: options.limits?.requestsPerSecond ?? Number.POSITIVE_INFINITY,
        clock,
        signatureTime,
        newRequestId,
        onOutcome: options.onOutcome ?? (() => undefined),
        ledger,
        cloud,
        faults,
        behavior,
        stopping: stopping.signal,
    });
    const context = { identities, clock, signatureTime, newRequestId, ledger };
    const tokenService = sts({ ...context, oidcTokens: options.oidcTokens ?? [] });
    // A call of the token service always has parameters; a person has none.
    app.get("/", (request, reply) => (request.raw.url === "/" ? page(reply) : tokenService(request, reply)));
    app.post("/", tokenService);
    app.get("/_emulator/credentials-uri/:name", credentialsUri(context));
    if (options.metadata !== undefined) {
        addMetadata(app, options.metadata, context);
    }
    app.get("/_emulator/events", watch(cloud, ledger));
    addByHand(app, cloud, ledger);

    const addresses = await server.listen(options.host ?? "127.0.0.1", options.port ?? 0);
    return {
        ...addresses,
        ledger,
        faults,
        connections: server.connections,
        addInstance: (instance) => cloud.addInstance(instance),
        instance: (...which) => cloud.instance(...which),
        startChange: (...which) => cloud.startChange(...which),
        setStatus: (...change) => cloud.setStatus(...change),
        step: (...which) => cloud.step(...which),
        forgetClientToken: (clientToken) => cloud.forgetClientToken(clientToken),
        expireCredentials: () => identities.expireIssued(),
        // Connections first, or the delays that the signal ends would still be answered.
        stop: () => server.close(() => stopping.abort()),
    };
}
