// Loaded into every Node.js process of a stack. It leaves a file for each process that has loaded the provider, because
// only from then on can the provider notice that its engine is gone, and a line for each operation that has ended.
const { appendFileSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

const clockSteps = process.env.CHAOS_CLOCK_STEPS;
const clock = clockSteps === undefined ? undefined : require("./steppedClock.js");
let handler;

const load = Module._load;
Module._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (request === "pulumi-alicloud-logstash/handler" && handler === undefined) {
        handler = loaded;
        writeFileSync(join(process.env.HOME, `handler-${process.pid}`), "");
        measure("create");
        measure("update");
        clock?.start(JSON.parse(clockSteps));
    }
    return loaded;
};

function measure(verb) {
    const call = handler[verb];
    handler[verb] = async (...args) => {
        const started = performance.now();
        try {
            return await call.apply(handler, args);
        } finally {
            const { instanceId, timeoutSeconds } = args.at(-1);
            const line = JSON.stringify({ verb, instanceId, timeoutSeconds, ms: performance.now() - started });
            appendFileSync(join(process.env.HOME, "operations"), `${line}\n`);
        }
    };
}
