import type { EndpointSettings } from "../operations/networkCodes";
import type { Operation } from "../operations/operations";
import type { ServiceResponse } from "./response";

/** The service, for one account and region. Every outcome of a call is a response, an abort included. */
export interface LogstashService {
    /**
     * Sends a call with a client token. The same token again is the same request. An abort ends the call with `notSent` if
     * nothing was given to a connection, else with `noResponse`.
     */
    send(operation: Operation, instanceId: string, clientToken: string, limits: CallLimits): Promise<ServiceResponse>;
    /** `DescribeLogstash`. */
    describe(instanceId: string, limits: CallLimits): Promise<ServiceResponse>;
    /** Which setting the credentials come from, for messages. */
    readonly credentialsName: string;
    readonly route: Route;
}

/** The limits of one call. */
export interface CallLimits {
    /** Milliseconds that the operation has left. The call ends within them, whatever the network does. */
    readonly leftMs: number;
    /** Ends the call at once and closes its connection. */
    readonly signal: AbortSignal;
}

/** How region and endpoint are set, for messages. */
export type ConfigHints = EndpointSettings["hints"];

/** How requests reach the endpoint, for messages. */
export interface Route extends EndpointSettings {
    /** Host and port of the endpoint. */
    readonly endpoint: string;
    /** The stack's region, if it is not the region of these calls. */
    readonly otherRegion?: string;
    /** The host of the proxy, and the variable that names it. */
    readonly proxy?: string;
    /** Whether a connection to the endpoint was ever established in this process. */
    readonly everConnected: boolean;
}
