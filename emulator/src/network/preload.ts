/**
 * Redirects a process of which only the environment can be set: `NODE_OPTIONS=--require=<this module>`, with a
 * `Redirection` as JSON in `EMULATOR_REDIRECTION`.
 */
import { type Redirection, redirect } from "./redirection";

const fromEnvironment = process.env.EMULATOR_REDIRECTION;
if (fromEnvironment) {
    redirect(JSON.parse(fromEnvironment) as Redirection);
}
