// In place of ts-node: for every mutant of a value that a module has once it is loaded, a process loads all modules anew,
// and most of its time would go into TypeScript. What is compiled is kept here by its content.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = process.env.MUTATION_COMPILED;

require.extensions[".ts"] = (module, filename) => {
    module._compile(compiled(readFileSync(filename, "utf8"), filename), filename);
};

/**
 * @param {string} source
 * @param {string} fileName
 */
function compiled(source, fileName) {
    const file = join(folder, `${createHash("sha256").update(source).digest("hex")}.js`);
    try {
        return readFileSync(file, "utf8");
    } catch {
        const { transpileModule, ModuleKind, ScriptTarget } = require("typescript");
        const compilerOptions = { module: ModuleKind.NodeNext, target: ScriptTarget.ES2022 };
        const { outputText } = transpileModule(source, { compilerOptions, fileName });
        mkdirSync(folder, { recursive: true });
        const temporary = `${file}.${process.pid}`;
        writeFileSync(temporary, outputText);
        renameSync(temporary, file);
        return outputText;
    }
}
