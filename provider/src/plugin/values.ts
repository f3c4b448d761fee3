import type * as StructMessages from "google-protobuf/google/protobuf/struct_pb";
import { protobufOfPulumi } from "../engine/pulumiLibraries";
import { isRecord } from "../json";
import type { Properties } from "../lifecycle/arguments";
import { assetMark, signature } from "../lifecycle/triggers";

const { Struct } = protobufOfPulumi<typeof StructMessages>("struct_pb");

/** The value of the signature that marks a secret. */
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

/** The properties in a message; each secret in its envelope, `{ signature, value }`. */
export function propertiesIn(struct: StructMessages.Struct | undefined): Properties {
    return struct?.toJavaScript() ?? {};
}

export function structOf(properties: Properties): StructMessages.Struct {
    return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

export function isSecret(value: unknown): value is { readonly value?: unknown } {
    return isRecord(value) && value[signature] === secretMark;
}

/** The plain values of properties: the lifecycle knows no secrets. */
export function revealed(properties: Properties): Properties {
    return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, withoutEnvelopes(value)]));
}

/** Replaces each asset by the SHA-256 of its content, which the engine computes. A remote asset stays, to be refused. */
export function withContentHashes(value: unknown): unknown {
    const isAsset = isRecord(value) && value[signature] === assetMark;
    return isAsset && value.uri === undefined && typeof value.hash === "string"
        ? value.hash
        : mapItems(value, withContentHashes);
}

function withoutEnvelopes(value: unknown): unknown {
    return isSecret(value) ? withoutEnvelopes(value.value) : mapItems(value, withoutEnvelopes);
}

/** Applies a function to the items of a list or an object; any other value stays. */
function mapItems(value: unknown, change: (item: unknown) => unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(change);
    }
    return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(item)]))
        : value;
}
