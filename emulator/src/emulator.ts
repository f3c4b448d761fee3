import { randomUUID } from "node:crypto";
import { type Clock, realClock } from "./clock";
import { assumed, type Behavior } from "./cloud/behavior";
import { Cloud } from "./cloud/cloud";
import type { InstanceOptions, InstanceView } from "./cloud/instance";
import { Ledger, type ReadonlyLedger, type RequestEntry } from "./cloud/ledger";
import type { InstanceStatus } from "./cloud/state";
import { HttpServer } from "./http/server";
import { type Account, Identities, type Role } from "./identities/identities";
import type { KeyAndCertificate } from "./network/certificate";
import type { ConnectionCount } from "./network/listening";
import { addControl } from "./services/control";
import { credentialsUri } from "./services/credentialsUri";
import { FaultScript } from "./services/faults";
import { addLogstash } from "./services/logstash";
import { addMetadata, type MetadataOptions } from "./services/metadata";
import { pageEvents, sendPage } from "./services/page";
import { sts } from "./services/sts";

const dayMs = 24 * 60 * 60_000;

/** The account of an emulator that is started without `accounts`. */
export const testAccount: Account = {
    accessKeyId: "emulator-access-key",
    accessKeySecret: "emulator-access-key-secret",
};

/** The options of `startEmulator`. */
export interface EmulatorOptions {
    /** @default 0, any free port */
    readonly port?: number;
    /** @default "127.0.0.1" */
    readonly host?: string;
    /** @default the test account */
    readonly accounts?: readonly Account[];
    /** The roles for `AssumeRole`, metadata and credentials URIs. @default none */
    readonly roles?: readonly Role[];
    /** The identity provider's tokens that `AssumeRoleWithOIDC` accepts. @default none */
    readonly oidcTokens?: readonly string[];
    /** Serves ECS instance metadata. @default none */
    readonly metadata?: MetadataOptions;
    /** The longest lifetime of temporary credentials, in milliseconds by `clock`. @default as requested, or 1 hour */
    readonly credentialsLifetimeMs?: number;
    /** Serves `url` with TLS; see `selfSigned`. @default without */
    readonly tls?: KeyAndCertificate;
    /** The region of instances and requests that name none. @default "cn-hangzhou" */
    readonly region?: string;
    /** @default none */
    readonly instances?: readonly InstanceOptions[];
    /** Milliseconds for which the response to a client token is remembered. @default 24 hours */
    readonly tokenLifetimeMs?: number;
    /** The time of instances, client tokens, credentials, limits and delays. @default the machine's clock */
    readonly clock?: Clock;
    /** The time that signatures are checked against. Clients do not follow a stepped clock. @default Date.now */
    readonly signatureTime?: () => number;
    /** Returns a new request ID for each request. @default random UUIDs */
    readonly newRequestId?: () => string;
    /** The limit of each account; more requests are rejected with `Throttling.User`. @default no limit */
    readonly limits?: { readonly requestsPerSecond: number };
    /** How the service behaves where nothing is published. @default as contract/assumptions.ts assumes */
    readonly behavior?: Partial<Behavior>;
    /** Called with each request once its outcome is known. */
    readonly onOutcome?: (entry: RequestEntry) => void;
}

/** A running emulator. */
export interface Emulator {
    /** Its URL without a trailing slash, `https` with `tls`. In a browser it shows the emulator's page. */
    readonly url: string;
    /** The same without TLS, which ECS metadata needs. */
    readonly plainUrl: string;
    /** All requests and their effects. */
    readonly ledger: ReadonlyLedger;
    /** The rules for requests that fail. */
    readonly faults: Pick<FaultScript, "add" | "clear">;
    /** The number of open client connections, and its maximum so far. */
    readonly connections: ConnectionCount;
    /** Adds an instance, or replaces the one with the same ID in its region. */
    addInstance(options: InstanceOptions): void;
    /** The instance as it is now; throws if it does not exist. Name the region if several have the ID. */
    instance(instanceId: string, region?: string): InstanceView;
    /** Starts a change of an active or suspended instance; throws in any other status. */
    startChange(instanceId: string, region?: string): void;
    /** Puts the instance into a status, whatever its status was. */
    setStatus(instanceId: string, status: InstanceStatus, region?: string): void;
    /** Makes the next transition now, without waiting for its time, and returns the new status. */
    step(instanceId: string, region?: string): InstanceStatus;
    /** Forgets the responses to a client token before their lifetime ends; throws if there are none. */
    forgetClientToken(clientToken: string): void;
    /** Expires all temporary credentials issued so far, before their `Expiration`. */
    expireCredentials(): void;
    /** Closes all connections at once, including hanging requests. */
    stop(): Promise<void>;
}

/** Starts the emulator; rejects with `ListenError` if it cannot listen on the address. */
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
    const context = { identities, clock, signatureTime, newRequestId, ledger };
    addLogstash(app, {
        ...context,
        requestsPerSecond: options.limits?.requestsPerSecond ?? Number.POSITIVE_INFINITY,
        onOutcome: options.onOutcome ?? (() => undefined),
        cloud,
        faults,
        behavior,
        stopping: stopping.signal,
    });
    const tokenService = sts({ ...context, oidcTokens: options.oidcTokens ?? [] });
    // A request to the token service always has parameters; a browser that opens the page sends none.
    app.get("/", (request, reply) => (request.raw.url === "/" ? sendPage(reply) : tokenService(request, reply)));
    app.post("/", tokenService);
    app.get("/_emulator/credentials-uri/:name", credentialsUri(context));
    if (options.metadata !== undefined) {
        addMetadata(app, options.metadata, context);
    }
    app.get("/_emulator/events", pageEvents(cloud, ledger));
    addControl(app, cloud, ledger);

    const addresses = await server.listen(options.host ?? "127.0.0.1", options.port ?? 0);
    return {
        ...addresses,
        ledger,
        faults,
        connections: server.connections,
        addInstance: (instance) => cloud.addInstance(instance),
        instance: (instanceId, region) => cloud.instance(instanceId, region),
        startChange: (instanceId, region) => cloud.startChange(instanceId, region),
        setStatus: (instanceId, status, region) => cloud.setStatus(instanceId, status, region),
        step: (instanceId, region) => cloud.step(instanceId, region),
        forgetClientToken: (clientToken) => cloud.forgetClientToken(clientToken),
        expireCredentials: () => identities.expireIssued(),
        // Connections first: a delay that the signal ends would still send its response.
        stop: () => server.close(() => stopping.abort()),
    };
}
