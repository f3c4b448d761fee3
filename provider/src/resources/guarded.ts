import { isPromise } from "node:util/types";
import * as pulumi from "@pulumi/pulumi";

/**
 * The same promise or Output, whose failure ends the program only where somebody waits for it. A constructor that throws
 * leaves behind what it has made, and for a rejection that nobody awaits Node ends the process.
 */
export function guarded<T>(value: T): T {
    const promises = pulumi.Output.isInstance(value)
        ? innerPromises.map((name) => promiseIn(value, name))
        : [value as unknown];
    for (const promise of promises) {
        if (isPromise(promise)) {
            promise.catch(() => {});
        }
    }
    return value;
}

/** What an Output is made of, internally. */
const innerPromises = ["promise", "isKnown", "isSecret", "allResources"] as const;

function promiseIn(output: object, name: (typeof innerPromises)[number]): unknown {
    const member: unknown = Reflect.get(output, name);
    return typeof member === "function" ? member.call(output) : member;
}
