import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./commands";

/** The texts of the Markdown files at the top of the repository. */
export function textsOfPages(): readonly string[] {
    const pages = readdirSync(repository).filter((name) => name.endsWith(".md"));
    return pages.map((page) => readFileSync(join(repository, page), "utf8"));
}

/** The fenced blocks of a language in a Markdown text, or in its section of a title. */
export function blocksIn(markdown: string, language: string, title?: string): readonly string[] {
    const text = title === undefined ? markdown : sectionOf(markdown, title);
    return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
        .filter(([, name]) => name === language)
        .map(([, , block = ""]) => block);
}

function sectionOf(markdown: string, title: string): string {
    const section = markdown.split(/^## /m).find((text) => text.startsWith(`${title}\n`));
    if (section === undefined) {
        throw new Error(`there is no section "${title}"`);
    }
    return section;
}
