import * as pulumi from "@pulumi/pulumi";
import { MaintenanceWindow } from "./maintenanceWindow";

const config = new pulumi.Config();
const version = config.require("version");

const maintenance = new MaintenanceWindow("maintenance", {
    instanceId: config.require("instanceId"),
    version,
    // Stands for the work: a migration, a new network, a restored snapshot.
    work: (inWindow) => [new pulumi.Stash("migration", { input: version }, inWindow)],
});

export const { interrupted } = maintenance;
