import { interrupt } from "./interrupt";

const [instanceId = "", release = "", timeoutSeconds = "600"] = process.argv.slice(2);

interrupt(instanceId, release, Number(timeoutSeconds)).then(
    (interrupted) => console.log(JSON.stringify(interrupted)),
    (error: Error) => {
        console.error(error.message);
        process.exitCode = 1;
    },
);
