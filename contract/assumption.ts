import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Situation } from "./situations";
import type { Visit } from "./visit";

/** Something that is taken for granted about the service. */
export interface Assumption {
    readonly claim: string;
    /** Who says so; "unknown" where nobody does. */
    readonly source: string;
    /** What would have to change if it were not so. */
    readonly restsOn: readonly Line[];
}

/** An assumption that one instance can confirm or refute. */
export interface Checked extends Assumption {
    readonly when: Situation;
    /** Any of them is right. */
    readonly expected: readonly string[];
    /** Says what is seen, in the words of `expected`; nothing where it cannot be asked any more. */
    readonly check: (visit: Visit) => Promise<string | undefined>;
}

/** An assumption that no run on one instance can check. */
export interface Unchecked extends Assumption {
    readonly needs: string;
}

/** A line of the sources, by a text that no other line of the file has. */
interface Line {
    readonly file: string;
    readonly text: string;
}

export const emulator = (file: string, text: string): Line => ({ file: `emulator/src/${file}`, text });
export const provider = (file: string, text: string): Line => ({ file: `provider/src/${file}`, text });
/** The field of the emulator's behaviour that can be set otherwise. */
export const behaviour = (field: string) => emulator("cloud/behaviour.ts", `readonly ${field}: `);
/** The provider's row of a code. */
export const codeRow = (code: string) => provider("core/serviceCodes.ts", `code: "${code}"`);

/** Names a line as editors do; throws if there is none, or several. */
export function placeOf({ file, text }: Line): string {
    const lines = readFileSync(join(__dirname, "..", file), "utf8").split("\n");
    const [first, ...others] = lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
    if (first === undefined || others.length > 0) {
        throw new Error(`${file} has ${others.length + (first === undefined ? 0 : 1)} lines with: ${text}`);
    }
    return `${file}:${first}`;
}

const api = (operation: string) => `the vendor's page of ${operation}`;

/** Who says something about the service. */
export const sources = {
    interrupt: api("InterruptLogstashTask"),
    resume: api("ResumeLogstashTask"),
    describe: api("DescribeLogstash"),
    errors: "the vendor's list of common errors",
    idempotence: "the vendor's pages on client tokens, of other products",
    sister: "the API of Elasticsearch, the sister product",
    phase: "the code: the vendor's documentation; in which phase: unknown",
    unknown: "unknown",
} as const;
