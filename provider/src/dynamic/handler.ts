import { lostEngine } from "../engine/lostEngine";
import { dynamicProvider } from "./provider";

// The engine is watched from here on: it can be lost before it has asked for anything.
const provider = dynamicProvider(process, lostEngine(process));

/** What the pointer in every state loads, so this entry of the package is permanent. */
export = provider;
