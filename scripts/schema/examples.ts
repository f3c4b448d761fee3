import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Operation } from "../../provider/src/operations/operations";

/** The languages of the examples, by the ends of their files. */
const languages = { ts: "typescript", py: "python", go: "go", yaml: "yaml" };

const titles: Readonly<Record<Operation, { readonly file: string; readonly title: string }>> = {
    InterruptLogstashTask: { file: "interrupt", title: "Interrupt a change" },
    ResumeLogstashTask: { file: "resume", title: "Interrupt a change, work and resume it" },
};

/** The example of a resource in every language, as Pulumi's generators and its registry read it in a description. */
export function examplesOf(operation: Operation): string {
    const { file, title } = titles[operation];
    const blocks = Object.entries(languages).map(([end, language]) => {
        const text = readFileSync(join(__dirname, "examples", `${file}.${end}`), "utf8");
        return `\`\`\`${language}\n${text}\`\`\`\n`;
    });
    return [
        "{{% examples %}}\n## Example Usage\n{{% example %}}",
        `### ${title}\n`,
        blocks.join(""),
        "{{% /example %}}\n{{% /examples %}}",
    ].join("\n");
}
