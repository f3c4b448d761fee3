import type { Surroundings } from "../configuration";

/** A file as it was found. */
export type FileContent =
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "absent" }
    /** Node's error code says why. */
    | { readonly kind: "unreadable"; readonly code: string };

/** Everything that decides as whom, where and against which host a call is made, apart from a resource's arguments. */
export interface Settings extends Surroundings {
    /** What stands before the colon of the configuration keys: `alicloud`, as `@pulumi/alicloud` has them. */
    readonly namespace: string;
    /** Whether they are arguments of a provider that the program declares, and not of the stack's configuration. */
    readonly declared?: boolean;
    /** Whether the default chain may be asked where nothing at all is set. */
    readonly lastResort: boolean;
    /** Where `~` leads. */
    readonly homeDirectory: string;
    /** Called only for files that take part. */
    readonly readFile: (path: string) => FileContent;
}
