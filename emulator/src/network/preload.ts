/**
 * Redirects another process through its environment: `NODE_OPTIONS=--require=<this module>`, and a `Redirection` as
 * JSON in `EMULATOR_REDIRECTION`.
 */
import { type Redirection, redirect } from "./redirection";

const fromEnvironment = process.env.EMULATOR_REDIRECTION;
if (fromEnvironment) {
    redirect(JSON.parse(fromEnvironment) as Redirection);
}
