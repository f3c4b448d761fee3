import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import type { Surroundings } from "../core/configuration";
import type { FileContent, Settings } from "../core/identity/settings";
import { stringField } from "../core/json";

/** The settings of this process, for the front end that asks. */
export function settingsOf(
    surroundings: Surroundings,
    frontEnd: Pick<Settings, "namespace" | "declared" | "lastResort">,
): Settings {
    return { ...surroundings, ...frontEnd, homeDirectory: homedir(), readFile };
}

function readFile(path: string): FileContent {
    try {
        return { kind: "text", text: readFileSync(path, "utf8") };
    } catch (error) {
        const code = stringField(error, "code") ?? "an unknown error";
        return code === "ENOENT" ? { kind: "absent" } : { kind: "unreadable", code };
    }
}
