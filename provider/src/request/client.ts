import type { Operation } from "../operations/operations";
import type { ServiceResponse } from "./response";

/** The calls we make, on one account and region. Never throws for an answer: every outcome of a call is a reply. */
export interface LogstashService {
    /**
     * Sends a call with a client token; the same token again is the same request. An abort ends it with `unsent` if nothing
     * was given to a connection, and with `lost` if something was.
     */
    send(operation: Operation, instanceId: string, clientToken: string, limits: CallLimits): Promise<ServiceResponse>;
    /** DescribeLogstash. */
    describe(instanceId: string, limits: CallLimits): Promise<ServiceResponse>;
    /** Which setting the credentials come from, for messages. */
    credentialsName(): string;
    /** How requests get to the endpoint, as far as that is known. */
    route(): Route;
}

/** The limits of one call. */
export interface CallLimits {
    /** Milliseconds that the operation has left; the call ends within them, whatever the network does. */
    readonly leftMs: number;
    /** Ends the call at once, its connection closed. */
    readonly signal: AbortSignal;
}

/** The settings that say where the service is, for messages. */
export interface ConfigHints {
    readonly region: string;
    readonly endpoint: string;
}

/** What stands between this process and the service. */
export interface Route {
    /** Host and port of the endpoint. */
    readonly endpoint: string;
    /** How its region and host are set, by the names that the user has. */
    readonly hints: ConfigHints;
    /** The setting that names the endpoint, with the host, where it is not the public one of the region. */
    readonly override?: string;
    /** The region that resources have which name none, where it is another than that of these calls. */
    readonly otherRegion?: () => string | undefined;
    /** The variable that names a proxy, with the proxy's host. */
    readonly proxy?: string;
    /** Whether a connection has ever stood in this process. */
    readonly everConnected: boolean;
}
