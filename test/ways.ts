import { waysToReach } from "../provider/src/core/identity/endpoint";

/** How a stack of the dynamic form says where the service is. */
export const waysOfStack = waysToReach({ namespace: "alicloud" });
