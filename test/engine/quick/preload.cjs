// Loaded before the SDK in the processes of a stack: it keeps TypeScript and npm's Arborist, the largest modules by far that
// the SDK loads, from being loaded where nothing uses them.
const { existsSync, readFileSync } = require("node:fs");
const Module = require("node:module");
const { basename } = require("node:path");

// The Node.js host that can be built from Go modules (v3.68) turns TypeScript on even where the project turns it off.
if (existsSync("Pulumi.yaml") && readFileSync("Pulumi.yaml", "utf8").includes("typescript: false")) {
    delete process.env.PULUMI_NODEJS_TYPESCRIPT;
}

// Both serve the serialization of closures.
const importers = new Map([
    ["typescript", "typescript-shim.js"],
    ["@npmcli/arborist", "codePaths.js"],
]);
const load = Module._load;
Module._load = (request, parent, isMain) => {
    if (importers.get(request) !== basename(parent?.filename ?? "")) {
        return load(request, parent, isMain);
    }
    // `__esModule` keeps the importer from copying all exports at once.
    return new Proxy({}, { get: (_, name) => name === "__esModule" || load(request, parent, isMain)[name] });
};
