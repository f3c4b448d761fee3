/** Which front end a stack's resources have: the SDK's dynamic provider, or the plugin. */
export type Form = "dynamic" | "plugin";

const forms: readonly Form[] = ["dynamic", "plugin"];

/** The form of the n-th stack of a plan. */
export function planForm(n: number): Form {
    return forms[n % forms.length] ?? "dynamic";
}

/** What stands before the colon of its configuration. */
export const namespaceOf: Readonly<Record<Form, string>> = { dynamic: "alicloud", plugin: "alicloud-logstash" };
