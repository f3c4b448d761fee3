import type * as StructMessages from "google-protobuf/google/protobuf/struct_pb";
import { protobufOfPulumi } from "../engine/pulumiLibraries";
import { isRecord } from "../json";
import type { Properties } from "../lifecycle/arguments";
import { signature } from "../lifecycle/triggers";

const { Struct } = protobufOfPulumi<typeof StructMessages>("struct_pb");

/** What stands behind the signature of values that JSON has no form for. */
const secret = "1b47061264138c4ac30d75fd1eb44270";
const asset = "c44067f5952c0a294b673a41bacd8c17";

/** The properties in a message, as they came: secrets in their envelopes. */
export function propertiesIn(struct: StructMessages.Struct | undefined): Properties {
    return struct?.toJavaScript() ?? {};
}

/** A message of properties. */
export function structOf(properties: Properties): StructMessages.Struct {
    return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** Whether a value is in the envelope of a secret. */
export function isSecret(value: unknown): value is { readonly value?: unknown } {
    return isRecord(value) && value[signature] === secret;
}

/** Properties as decisions are made on them: without envelopes, at any depth. */
export function revealed(properties: Properties): Properties {
    return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, withoutEnvelopes(value)]));
}

/** A value with the SHA-256 of its content, which the engine gives along, in the place of each asset but remote ones. */
export function withContentHashes(value: unknown): unknown {
    if (isRecord(value) && value[signature] === asset && value.uri === undefined && typeof value.hash === "string") {
        return value.hash;
    }
    return mapped(value, withContentHashes);
}

function withoutEnvelopes(value: unknown): unknown {
    return isSecret(value) ? withoutEnvelopes(value.value) : mapped(value, withoutEnvelopes);
}

function mapped(value: unknown, change: (item: unknown) => unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(change);
    }
    return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(item)]))
        : value;
}
