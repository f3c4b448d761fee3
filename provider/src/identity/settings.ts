import type { ProcessConfig } from "../configuration";

/** A file as it was found. */
export type FileContent =
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "absent" }
    /** Node's error code says why. */
    | { readonly kind: "unreadable"; readonly code: string };

/** Everything that decides as whom, where and against which host a call is made, apart from a resource's arguments. */
export interface Settings extends ProcessConfig {
    /** What stands before the colon of the configuration keys: `alicloud`, as `@pulumi/alicloud` has them. */
    readonly namespace: string;
    /** Whether they are arguments of a provider that the program declares, and not of the stack's configuration. */
    readonly declared?: boolean;
    /** Where `~` leads. */
    readonly homeDirectory: string;
    /** Reads a file that takes part, once for all who ask. */
    readonly readFile: (path: string) => FileContent;
}
