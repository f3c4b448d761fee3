import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const folder = join(__dirname, "..", "..", "provider", "src", "resources");

/** What the sources say of an argument or an output. */
export interface Documented {
    /** Its documentation comment in one line, with the default. */
    readonly text: string;
    /** The type behind `pulumi.Input` or `pulumi.Output`. */
    readonly type: string;
    readonly isOptional: boolean;
}

/** The documentation of a resource's class, and of its arguments and outputs by their names. */
export function documentation(resource: string) {
    const own = statementsOf(`${resource.charAt(0).toLowerCase()}${resource.slice(1)}.ts`);
    const shared = statementsOf("logstashTask.ts");
    const classOf = find(own, ts.isClassDeclaration, resource);
    const inputs = [
        find(shared, ts.isInterfaceDeclaration, "LogstashTaskArgs"),
        find(own, ts.isInterfaceDeclaration, `${resource}Args`),
    ];
    const outputs = [find(shared, ts.isInterfaceDeclaration, "LogstashTaskOutputs"), classOf];
    return {
        text: commentOf(classOf),
        inputs: new Map(inputs.flatMap(membersOf)),
        outputs: new Map(outputs.flatMap(membersOf)),
    };
}

function statementsOf(file: string): readonly ts.Statement[] {
    const text = readFileSync(join(folder, file), "utf8");
    return [...ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true).statements];
}

function find<T extends ts.ClassDeclaration | ts.InterfaceDeclaration>(
    statements: readonly ts.Statement[],
    isKind: (statement: ts.Node) => statement is T,
    name: string,
): T {
    const found = statements.filter(isKind).find((declaration) => declaration.name?.text === name);
    if (found === undefined) {
        throw new Error(`${name} is not declared`);
    }
    return found;
}

function membersOf(declaration: ts.ClassDeclaration | ts.InterfaceDeclaration): [string, Documented][] {
    return [...declaration.members]
        .filter((member) => ts.isPropertySignature(member) || ts.isPropertyDeclaration(member))
        .filter(({ type }) => type !== undefined)
        .map((member) => {
            const [, type = "", undefinedToo] =
                /^pulumi\.(?:Input|Output)<(.*?)( \| undefined)?>(?: \| undefined)?$/.exec(
                    member.type?.getText() ?? "",
                ) ?? [];
            const isOptional = member.questionToken !== undefined || undefinedToo !== undefined;
            return [member.name.getText(), { text: commentOf(member), type, isOptional }];
        });
}

/** The comment without its examples, and with what it says of the default at the end. */
function commentOf(node: ts.Node): string {
    const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const byDefault = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === "default");
    const lines = [
        ts.getTextOfJSDocComment(comment?.comment),
        byDefault === undefined ? undefined : `By default: ${ts.getTextOfJSDocComment(byDefault.comment)}.`,
    ];
    return lines
        .filter((line) => line !== undefined)
        .join(" ")
        .replace(/\s+/g, " ");
}
