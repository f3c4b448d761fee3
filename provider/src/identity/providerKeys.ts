import { attributes } from "./attributes";

/** What stands before the colon of this package's own keys, and of all of the plugin's. */
export const ownNamespace = "alicloud-logstash";

/** Settings that `@pulumi/alicloud` does not have. */
export const ownKeys = {
    requestsPerSecond: {
        type: "integer",
        label: "The most requests a second, all resources together; 90 by default, for the service allows 100",
    },
    allowHttp: { type: "boolean", label: "Whether plain http is allowed to other hosts than this one" },
} as const;

/** The full key of one of them. */
export function ownKey<Name extends keyof typeof ownKeys>(name: Name): `${typeof ownNamespace}:${Name}` {
    return `${ownNamespace}:${name}`;
}

/** The arguments of the plugin's provider: the keys of `@pulumi/alicloud` that take part, and our own. */
export const providerKeys: readonly string[] = [
    ...new Set([
        ...Object.values(attributes)
            .flatMap(({ keys }): readonly string[] => keys)
            .map((path) => path.replace(/\..*/, "")),
        ...Object.keys(ownKeys),
    ]),
];
