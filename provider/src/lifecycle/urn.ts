import { descriptorOf, type Operation, operations } from "../operations/operations";
import { sanitize } from "../sanitize";

const names = Object.keys(operations) as readonly Operation[];

/** The type of an operation's resource. It is part of every URN and never changes. */
export type TypeToken = (operation: Operation) => string;

/** The type of a dynamic resource. */
export function typeTokenOf(operation: Operation): string {
    return `pulumi-nodejs:dynamic/alicloud-logstash:${descriptorOf(operation).resource}`;
}

/** The type of the plugin's resource. */
export function pluginTypeTokenOf(operation: Operation): string {
    return `alicloud-logstash:index:${descriptorOf(operation).resource}`;
}

/** The operation of a resource, by its URN and the types of the front end. */
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

/** The third part of a URN: its types, from the outermost parent on. The name behind it may contain `::` itself. */
export function qualifiedTypeIn(urn: string): string | undefined {
    return urn.split("::", 3)[2];
}
