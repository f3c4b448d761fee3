// Loaded into every Node.js process of a stack. It leaves a file for each process that has loaded the provider, because
// only from then on can the provider notice that its engine is gone, and a line for each operation that has ended.
const { appendFileSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

/** What each form loads first. */
const entries = ["pulumi-alicloud-logstash/handler", "../dist/plugin/main"];
let isLoaded = false;
const measured = new Set();

const load = Module._load;
Module._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (entries.includes(request) && !isLoaded) {
        isLoaded = true;
        writeFileSync(join(process.env.HOME, `handler-${process.pid}`), "");
    }
    if (request.endsWith("/lifecycle") && loaded.Lifecycle !== undefined && !measured.has(loaded.Lifecycle)) {
        measured.add(loaded.Lifecycle);
        measure(loaded.Lifecycle.prototype, "create", 1);
        measure(loaded.Lifecycle.prototype, "update", 2);
    }
    return loaded;
};

/** Notes how long each call takes; `inputs` is the place of the inputs among its arguments. */
function measure(lifecycle, verb, inputs) {
    const call = lifecycle[verb];
    lifecycle[verb] = async function (...args) {
        const started = performance.now();
        try {
            return await call.apply(this, args);
        } finally {
            const { instanceId, timeoutSeconds } = args[inputs];
            const line = JSON.stringify({ verb, instanceId, timeoutSeconds, ms: performance.now() - started });
            appendFileSync(join(process.env.HOME, "operations"), `${line}\n`);
        }
    };
}
