/** Where a setting was found. Errors name it, and never the value. */
export type Place =
    /** An argument of the resource. */
    | { readonly kind: "argument"; readonly name: string }
    /** The stack configuration; the key has its namespace. */
    | { readonly kind: "stack"; readonly key: string }
    /** The environment. */
    | { readonly kind: "variable"; readonly name: string }
    /** A field of a profile in the CLI's file. */
    | { readonly kind: "profile"; readonly profile: string; readonly field: string }
    /** The CLI's own choice of a profile, which the default chain takes. */
    | { readonly kind: "current" }
    /** What an earlier run has recorded. */
    | { readonly kind: "record" };

/** A setting that was found. */
export interface Found {
    /** Trimmed, and never empty. */
    readonly value: string;
    readonly place: Place;
}

/** Names a place in a message. */
export function placeText(place: Place): string {
    switch (place.kind) {
        case "argument":
            return `the resource's \`${place.name}\``;
        case "stack":
            return `\`${place.key}\``;
        case "variable":
            return `the variable ${place.name}`;
        case "profile":
            return `\`${place.field}\` of the CLI profile ${quoted(place.profile)}`;
        case "current":
            return "`current` in the CLI's file";
        case "record":
            return "the record of an earlier run";
    }
}

/** A name from a file, safe in a message: control characters escaped, and not longer than a line. */
export function quoted(name: string): string {
    return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
}
