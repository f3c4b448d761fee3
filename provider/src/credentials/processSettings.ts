import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import type { ProcessConfig } from "../configuration";
import type { FileContent, Settings } from "../identity/settings";
import type { ConfigSource } from "../identity/sources";
import { stringField } from "../json";

/** The settings of this process for one operation, which reads each file once. */
export function processSettings(config: ProcessConfig, source: ConfigSource): Settings {
    const contents = new Map<string, FileContent>();
    const readOnce = (path: string) => {
        const content = contents.get(path) ?? readFile(path);
        contents.set(path, content);
        return content;
    };
    return { ...config, ...source, homeDirectory: homedir(), readFile: readOnce };
}

function readFile(path: string): FileContent {
    try {
        return { kind: "text", text: readFileSync(path, "utf8") };
    } catch (error) {
        const code = stringField(error, "code") ?? "an unknown error";
        return code === "ENOENT" ? { kind: "absent" } : { kind: "unreadable", code };
    }
}
