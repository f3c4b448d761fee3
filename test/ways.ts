import { dynamicFrontEnd } from "../provider/src/dynamic/provider";
import { waysToReach } from "../provider/src/identity/endpoint";

/** How a stack of the dynamic form says where the service is. */
export const waysOfStack = waysToReach(dynamicFrontEnd);
