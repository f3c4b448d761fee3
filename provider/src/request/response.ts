/** What came back from one call. What pop-core returns and throws is translated into this, and goes no further. */
export type ServiceResponse =
    /** The service responded with a JSON object that reports no error. */
    | { readonly kind: "body"; readonly body: Readonly<Record<string, unknown>> }
    /** The service, or a gateway that uses its format, responded with an error. */
    | ({ readonly kind: "error" } & ServiceError)
    /** The response is not in the service's format: HTML, broken or foreign JSON, an empty body. */
    | { readonly kind: "invalidResponse"; readonly detail: string }
    /** The request was given to a connection, and no complete response arrived. */
    | { readonly kind: "noResponse"; readonly code: string }
    /** No connection was established, so nothing was sent. `afterMs` after the attempt to connect began. */
    | {
          readonly kind: "notConnected";
          readonly code: string;
          readonly detail?: string;
          readonly afterMs: number;
          /** This machine itself refused the connection: nothing listens on the port. */
          readonly isRefusedHere?: true;
      }
    /** Nothing was sent, for a reason on this side that passes. */
    | { readonly kind: "notSent"; readonly detail: string };

/** The fields of the service's error body, each limited in length and without secrets. */
export interface ServiceError {
    readonly code: string;
    readonly message: string;
    readonly httpStatus?: number;
    readonly requestId?: string;
    /** The vendor's link to a page about this error. */
    readonly recommend?: string;
}

/** Whether a request was handed to a connection. */
export function wasSent({ kind }: ServiceResponse): boolean {
    return kind !== "notSent" && kind !== "notConnected";
}
