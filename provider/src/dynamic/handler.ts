import { lostEngine } from "../engine/lostEngine";
import { dynamicProvider } from "./provider";

// Watches the engine from here on, because it can be lost before its first call.
const provider = dynamicProvider(process, lostEngine(process));

/** What the provider stub in every state loads. This entry of the package is permanent. */
export = provider;
