/** Pulumi marks values that are no plain JSON by this property. */
export const signature = "4dabf18193072939515e22adb298388d";

/** A preview sends this in place of an unknown value. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A secret in the envelope that the engine sends. */
export function secret(value: unknown): object {
    return { [signature]: "1b47061264138c4ac30d75fd1eb44270", value };
}

export function asset(fields: object): object {
    return { [signature]: "c44067f5952c0a294b673a41bacd8c17", ...fields };
}

export function archive(fields: object): object {
    return { [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", ...fields };
}
