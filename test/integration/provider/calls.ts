import { strict as assert } from "node:assert";

/** The properties of a resource as a call transports them. */
export type Properties = Record<string, unknown>;

/** A partial failure: what the engine would record, and the reasons it would print. */
export interface InitFailure {
    readonly id: string;
    readonly properties: Properties;
    readonly reasons: readonly string[];
}

/** The error of a call as the engine sees it. */
export class CallError extends Error {
    constructor(
        message: string,
        readonly initFailure: InitFailure | undefined,
    ) {
        super(message);
    }
}

/** The error of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<CallError> {
    const error = await call.then(
        () => assert.fail("the call should have failed"),
        (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof CallError);
    return error;
}
