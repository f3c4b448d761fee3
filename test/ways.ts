import { waysToReach } from "../provider/src/core/identity/endpoint";
import { dynamicFrontEnd } from "../provider/src/host/dynamicProvider";

/** How a stack of the dynamic form says where the service is. */
export const waysOfStack = waysToReach(dynamicFrontEnd);
