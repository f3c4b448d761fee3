import { pluginHeader } from "../test/engine/pluginPrograms";

/** The sides of every comparison: our resources by the dynamic provider and by the plugin, and one that does nothing. */
export const contenders = ["ours", "plugin", "no-op"] as const;
export type Contender = (typeof contenders)[number];

/** The text of index.js with a number of resources; each has an instance of its own. */
export function programOf(contender: Contender, size: number): string {
    return programs[contender].replace("SIZE", String(size));
}

export function instanceIds(size: number): string[] {
    return Array.from({ length: size }, (_, n) => `ls-cn-bench${n}`);
}

const programs: Readonly<Record<Contender, string>> = {
    ours: `const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
for (let n = 0; n < SIZE; n++) {
    new LogstashTaskInterrupt("resource" + n, { instanceId: "ls-cn-bench" + n });
}
`,
    plugin: `${pluginHeader}for (let n = 0; n < SIZE; n++) {
    new Interrupt("resource" + n, { instanceId: "ls-cn-bench" + n });
}
`,
    // The least that a dynamic resource can be: no inputs, no outputs, one method.
    "no-op": `const { dynamic } = require("@pulumi/pulumi");
const provider = {
    async create() {
        return { id: "no-op" };
    },
};
class Noop extends dynamic.Resource {
    constructor(name) {
        super(provider, name, {});
    }
}
for (let n = 0; n < SIZE; n++) {
    new Noop("resource" + n);
}
`,
};
