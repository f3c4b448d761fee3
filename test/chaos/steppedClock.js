// Gives a process a wall clock that can be stepped, as a time service or a person steps it: Date.now and new Date are
// ahead of the machine, or behind it. Timers and performance.now go on, as they do on a real machine.
const { appendFileSync } = require("node:fs");
const { join } = require("node:path");

const RealDate = Date;
const realNow = Date.now;
let aheadMs = 0;

RealDate.now = () => realNow() + aheadMs;
globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [RealDate.now()] : args, newTarget),
    apply: () => new RealDate(RealDate.now()).toString(),
});

/** Takes the steps, each so long after this call. */
exports.start = (steps) => {
    for (const step of steps) {
        setTimeout(() => {
            aheadMs += step.byMs;
            appendFileSync(join(process.env.HOME, "clock-steps"), `${JSON.stringify(step)}\n`);
        }, step.afterMs).unref();
    }
};
