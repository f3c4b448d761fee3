import { dynamicProvider } from "./dynamicProvider";
import { lostEngine } from "./lostEngine";

// The engine is watched from here on: it can be lost before it has asked for anything.
const provider = dynamicProvider(process, lostEngine());

/** What the pointer in every state loads, so this entry of the package is permanent. */
export = provider;
