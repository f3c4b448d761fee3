/** The two sides of every comparison. */
export type Contender = "ours" | "no-op";
export const contenders = ["ours", "no-op"] as const;

/** The text of index.js with a number of resources; each has an instance of its own. */
export function programOf(contender: Contender, size: number): string {
    return (contender === "ours" ? ours : noop).replace("SIZE", String(size));
}

export function instanceIds(size: number): string[] {
    return Array.from({ length: size }, (_, n) => `ls-cn-bench${n}`);
}

const ours = `const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
for (let n = 0; n < SIZE; n++) {
    new LogstashTaskInterrupt("resource" + n, { instanceId: "ls-cn-bench" + n });
}
`;

/** The least that a dynamic resource can be: no inputs, no outputs, one method. */
const noop = `const { dynamic } = require("@pulumi/pulumi");
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
`;
