/** Classes for the resources of the plugin: as a generated SDK would have them, and no more. */
export const pluginClasses = `function resourceOf(kind, outputs) {
    return class extends pulumi.CustomResource {
        constructor(name, args, opts) {
            const unset = Object.fromEntries([...outputs, "clientToken", "status"].map((output) => [output, undefined]));
            super("alicloud-logstash:index:" + kind, name, { ...unset, ...args }, opts);
        }
    };
}
const Interrupt = resourceOf("LogstashTaskInterrupt", ["interrupted", "interruption"]);
const Resume = resourceOf("LogstashTaskResume", ["resumed", "resumedInterruption"]);
class Provider extends pulumi.ProviderResource {
    constructor(name, args) {
        super("alicloud-logstash", name, args);
    }
}
`;

/** What a program begins with that has resources of the plugin. */
export const pluginHeader = `const pulumi = require("@pulumi/pulumi");
${pluginClasses}`;
