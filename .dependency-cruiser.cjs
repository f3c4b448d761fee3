/** The layers of the provider, from the lowest. A file imports its own layer and lower ones; types count. */
const layers = [
    "json.ts|sanitize.ts|configuration.ts",
    "operations/",
    "request/",
    "identity/",
    "network/",
    "credentials/",
    "cloud/",
    "lifecycle/",
    "engine/",
    "plugin/|dynamic/",
    "resources/",
    "index.ts",
];
const inLayer = (layer) => `^provider/src/(${layer})`;

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
    forbidden: [
        { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
        ...layers.slice(0, -1).map((layer, index) => ({
            name: `no-import-above-${layer.replace(/\W.*/, "")}`,
            severity: "error",
            from: { path: inLayer(layer) },
            to: { path: inLayer(layers.slice(index + 1).join("|")) },
        })),
        {
            name: "front-ends-apart",
            severity: "error",
            from: { path: inLayer("plugin/") },
            to: { path: inLayer("dynamic/") },
        },
        {
            name: "in-a-layer",
            comment: "Every file of the provider is in a layer.",
            severity: "error",
            from: {},
            to: { path: "^provider/src/", pathNot: inLayer(layers.join("|")) },
        },
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "provider/tsconfig.json" },
    },
};
