import * as pulumi from "@pulumi/pulumi";

/**
 * The URN that the engine will give to a resource, known before the resource is registered. `create` is told no URN,
 * and a resource's own `urn` as its input ends in a deadlock.
 *
 * A promise, not an Output: an Output of the parent's URN would make the resource wait for all its siblings.
 */
export async function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): Promise<string> {
    const parentType = parent === undefined ? undefined : qualifiedType(await resolved(parent.urn));
    const own = parentType === undefined || parentType === "pulumi:pulumi:Stack" ? type : `${parentType}$${type}`;
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${own}::${name}`;
}

/** The type in a URN is its third part; a name after it may contain `::` itself. */
function qualifiedType(urn: string): string | undefined {
    return urn.split("::", 3)[2];
}

function resolved<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => {
        output.apply((value) => resolve(value as T));
    });
}
