/** Why a request is rejected, as the service reports it in an error response. */
export interface Rejection {
    /** The HTTP status. */
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly recommend?: string;
}

/** A result that rejects a request. */
export interface Rejected {
    readonly kind: "rejected";
    readonly rejection: Rejection;
}

/** Makes a result that rejects a request. */
export function reject(status: number, code: string, message: string): Rejected {
    return { kind: "rejected", rejection: { status, code, message } };
}
