/** The text of a value that JSON cannot express. */
interface Code {
    readonly code: string;
}

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
export function code(text: string): Code {
    return { code: text };
}

/** The text of a program with one interrupt, named "pause". */
export function interruptProgram(args: Arguments, options: string = "{}"): string {
    return [
        'const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");',
        `const pause = new LogstashTaskInterrupt("pause", ${textOf(args)}, ${options});`,
        "exports.status = pause.status;",
    ].join("\n");
}

/** The text of a program with several resources, by their names. */
export function programOf(declarations: Readonly<Record<string, Declaration>>, ...lines: readonly string[]): string {
    const resources = Object.entries(declarations).map(
        ([name, { args, options = "{}", kind = "LogstashTaskInterrupt" }]) =>
            `const ${name} = new ${kind}("${name}", ${textOf(args)}, ${options});`,
    );
    return [header, ...lines, ...resources].join("\n");
}

function textOf(value: unknown): string {
    if (Array.isArray(value)) {
        return `[${value.map(textOf).join(", ")}]`;
    }
    if (typeof value !== "object" || value === null) {
        return JSON.stringify(value) ?? "undefined";
    }
    if (isCode(value)) {
        return value.code;
    }
    const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}: ${textOf(field)}`);
    return `{ ${fields.join(", ")} }`;
}

function isCode(value: object): value is Code {
    return Object.keys(value).join() === "code";
}
