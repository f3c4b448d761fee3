// Loaded into every Node.js process of a stack. Leaves a file for each process that has loaded the provider, because only
// from then on can the provider notice that its engine is gone.
const { writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

/** What each form loads first. */
const entries = ["pulumi-alicloud-logstash/handler", "../dist/plugin/main"];

const load = Module._load;
Module._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (entries.includes(request)) {
        Module._load = load;
        writeFileSync(join(process.env.HOME, `handler-${process.pid}`), "");
    }
    return loaded;
};
