import { dynamicConfigSource } from "../../provider/src/dynamic/provider";
import { configHints } from "../../provider/src/identity/endpoint";

/** How a stack of the dynamic form says where the service is. */
export const stackHints = configHints(dynamicConfigSource);
