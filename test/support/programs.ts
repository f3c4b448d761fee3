/** The arguments of a resource; values may be code. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A resource of a program. */
export interface Declaration {
    readonly args: Arguments;
    /** The text of its options. @default "{}" */
    readonly options?: string | undefined;
    /** Its class; those of the plugin are in `pluginClasses`. @default "LogstashTaskInterrupt" */
    readonly kind?: "LogstashTaskInterrupt" | "LogstashTaskResume" | "Interrupt" | "Resume" | "pulumi.Stash";
}

/** What programs begin with that make more than one resource. */
export const header = `const pulumi = require("@pulumi/pulumi");
const { LogstashTaskInterrupt, LogstashTaskResume } = require("pulumi-alicloud-logstash");
`;

/** A value of an argument that is computed by the program. */
export function code(text: string): string {
    return `<code>${text}</code>`;
}

/** The text of a program with one interrupt, named "pause". */
export function interruptProgram(args: Arguments): string {
    return `${programOf({ pause: { args } })}\nexports.status = pause.status;`;
}

/** The text of a program with several resources, by their names. */
export function programOf(declarations: Readonly<Record<string, Declaration>>, ...lines: readonly string[]): string {
    const resources = Object.entries(declarations).map(
        ([name, { args, options = "{}", kind = "LogstashTaskInterrupt" }]) =>
            `const ${name} = new ${kind}("${name}", ${textOf(args)}, ${options});`,
    );
    return [header, ...lines, ...resources].join("\n");
}

function textOf(args: Arguments): string {
    return JSON.stringify(args).replace(/"<code>(.*?)<\/code>"/g, (_, text: string) => JSON.parse(`"${text}"`));
}
