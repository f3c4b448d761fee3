// Loaded into every Node process of a profiled `pulumi up`; profiles only the one that runs the providers. The engine ends
// that process by a signal, at which Node's own --cpu-prof writes nothing.
const { writeFileSync } = require("node:fs");
const { Session } = require("node:inspector");

if (process.argv.some((argument) => argument.includes("cmd/dynamic-provider"))) {
    const session = new Session();
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.setSamplingInterval", { interval: 500 });
    session.post("Profiler.start");
    const end = () => {
        session.post("Profiler.stop", (_error, { profile }) => {
            writeFileSync(process.env.BENCH_PROFILE, JSON.stringify(profile));
            process.exit();
        });
    };
    process.once("SIGINT", end);
    process.once("SIGTERM", end);
}
