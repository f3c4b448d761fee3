/** Why a request is rejected, as the service reports it in an error response. */
export interface Rejection {
    /** The HTTP status. */
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly recommend?: string;
}

/** Thrown when a request is rejected. */
export class Rejected extends Error {
    constructor(readonly rejection: Rejection) {
        super(rejection.message);
    }
}

/** Makes the error that rejects a request. */
export function rejected(status: number, code: string, message: string): Rejected {
    return new Rejected({ status, code, message });
}

/** The rejection that was thrown. Throws any other error again. */
export function rejectionOf(error: unknown): Rejection {
    if (error instanceof Rejected) {
        return error.rejection;
    }
    throw error;
}
