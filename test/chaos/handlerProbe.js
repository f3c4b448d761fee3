// Loaded into every Node.js process of a stack: leaves a file for each process that has loaded the provider, because
// only from then on can the provider notice that its engine is gone.
const { writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

const load = Module._load;
Module._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (request === "pulumi-alicloud-logstash/handler") {
        writeFileSync(join(process.env.HOME, `handler-${process.pid}`), "");
    }
    return loaded;
};
