import fc, { type Arbitrary } from "fast-check";

/** A value that no message may contain. It has a dot, because messages contain IDs, which have none. */
export const marker = "s3cr3t.4d8e";

/** Pulumi marks values that are no plain JSON by this property. */
export const signature = "4dabf18193072939515e22adb298388d";

/** A preview sends this in place of an unknown value. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A secret in the envelope that the engine sends. */
export function secret(value: unknown): object {
    return { [signature]: "1b47061264138c4ac30d75fd1eb44270", value };
}

const names = fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "then",
    "id",
    "urn",
    "length",
    "",
);

/** Text that code or a protocol may mishandle. */
const text: Arbitrary<string> = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    names,
    fc.constantFrom("\ud800", "\udc00 alone", "a\nb: c", "\u0000", "../..", "%00", "ls-cn-0?a=b#c", unknown, marker),
);

const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-1, 0, 86_401, 2 ** 53, Number.MAX_VALUE));

/** An asset, an archive, a resource and a secret, as they are transported. */
const marked = fc.constantFrom<object>(
    { [signature]: "c44067f5952c0a294b673a41bacd8c17", hash: marker, text: marker },
    { [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", hash: marker, path: marker },
    { [signature]: "5cf8f73096256a8f31e491e813e4eb8e", urn: marker, id: marker },
    secret(marker),
    secret(unknown),
);

/** Any value that JSON and Pulumi's own marks can express. */
export const anyValue: Arbitrary<unknown> = fc.letrec<{ readonly value: unknown }>((tie) => ({
    value: fc.oneof(
        { depthSize: "small" },
        text,
        number,
        fc.boolean(),
        fc.constant(null),
        marked,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.oneof(names, text), tie("value"), { maxKeys: 3 }),
    ),
})).value;

/** Lists in lists. */
export function nested(depth: number): unknown {
    let value: unknown = marker;
    for (let level = 0; level < depth; level += 1) {
        value = [value];
    }
    return value;
}
