/** What a program begins with that has resources of the plugin: as a generated SDK would have them, and no more. */
export const pluginHeader = `const pulumi = require("@pulumi/pulumi");
function resourceOf(kind, outputs) {
    return class extends pulumi.CustomResource {
        constructor(name, args, opts) {
            const unset = Object.fromEntries([...outputs, "clientToken", "status"].map((output) => [output, undefined]));
            super("alicloud-logstash:index:" + kind, name, { ...unset, ...args }, opts);
        }
    };
}
const Interrupt = resourceOf("LogstashTaskInterrupt", ["interrupted"]);
const Resume = resourceOf("LogstashTaskResume", ["resumed"]);
class Provider extends pulumi.ProviderResource {
    constructor(name, args) {
        super("alicloud-logstash", name, args);
    }
}
`;
