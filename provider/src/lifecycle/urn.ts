import { descriptorOf, type Operation, operations } from "../operations/operations";
import { sanitize } from "../sanitize";

const names = Object.keys(operations) as readonly Operation[];

/** The type of an operation's resource: part of the URN of every one of them, fixed for ever. */
export type TypeToken = (operation: Operation) => string;

/** That of the dynamic form. */
export function typeTokenOf(operation: Operation): string {
    return `pulumi-nodejs:dynamic/alicloud-logstash:${descriptorOf(operation).resource}`;
}

/** That of the plugin. */
export function pluginTypeTokenOf(operation: Operation): string {
    return `alicloud-logstash:index:${descriptorOf(operation).resource}`;
}

/** Which call a resource stands for, by its URN and the types that are in use. */
export function operationOf(urn: string, typeToken: TypeToken): Operation {
    const type = qualifiedTypeIn(urn)?.split("$").at(-1);
    const operation = names.find((name) => typeToken(name) === type);
    if (operation === undefined) {
        throw new Error(
            `this version of pulumi-alicloud-logstash has no resource of the type "${sanitize(type ?? "")}"`,
        );
    }
    return operation;
}

/** The types in a URN, from the outermost parent's on: its third part. A name behind it may contain `::` itself. */
export function qualifiedTypeIn(urn: string): string | undefined {
    return urn.split("::", 3)[2];
}
