/** A RAM policy document; conditions, `NotAction` and `NotResource` are not supported. */
export interface RamPolicy {
    readonly Version: "1";
    readonly Statement: readonly RamStatement[];
}

/** One rule of a RAM policy. */
export interface RamStatement {
    readonly Effect: "Allow" | "Deny";
    /** `{service}:{operation}`; `*` matches any text. */
    readonly Action: string | readonly string[];
    /** `acs:{service}:{region}:{account}:{path}`; `*` matches any text. */
    readonly Resource: string | readonly string[];
}

/** Whether every policy allows the action on the resource. An empty list allows everything. */
export function isAllowed(policies: readonly RamPolicy[], action: string, resource: string): boolean {
    return policies.every(({ Statement }) => {
        const effects = Statement.filter(
            (rule) => matches(rule.Action, action) && matches(rule.Resource, resource),
        ).map(({ Effect }) => Effect);
        return effects.includes("Allow") && !effects.includes("Deny");
    });
}

/** Parses a policy document; undefined if it is invalid or uses an unsupported element. */
export function parsePolicy(text: string): RamPolicy | undefined {
    try {
        const value: unknown = JSON.parse(text);
        return isPolicy(value) ? value : undefined;
    } catch {
        return undefined;
    }
}

function matches(patterns: string | readonly string[], text: string): boolean {
    return [patterns].flat().some((pattern) => {
        const source = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
        return new RegExp(`^${source.join(".*")}$`, "s").test(text);
    });
}

function isPolicy(value: unknown): value is RamPolicy {
    return hasOnly(value, ["Version", "Statement"]) && value.Version === "1" && isList(value.Statement, isStatement);
}

function isStatement(value: unknown): value is RamStatement {
    return (
        hasOnly(value, ["Effect", "Action", "Resource"]) &&
        (value.Effect === "Allow" || value.Effect === "Deny") &&
        isPatterns(value.Action) &&
        isPatterns(value.Resource)
    );
}

function isPatterns(value: unknown): value is string | readonly string[] {
    return typeof value === "string" || isList(value, (item) => typeof item === "string");
}

function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
    return Array.isArray(value) && value.length > 0 && value.every(isItem);
}

function hasOnly<Name extends string>(value: unknown, names: readonly Name[]): value is Record<Name, unknown> {
    const allowed: readonly string[] = names;
    return typeof value === "object" && value !== null && Object.keys(value).every((name) => allowed.includes(name));
}
