import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import GithubSlugger from "github-slugger";
import MarkdownIt from "markdown-it";

const parser = new MarkdownIt({ html: true });

/** What the links and images of a Markdown file lead to that is not there, and why; what is on the web is not asked. */
export function deadLinksOf(file: string): string[] {
    return targetsIn(readFileSync(file, "utf8"))
        .filter((target) => !/^[a-z][a-z\d+.-]*:/i.test(target))
        .flatMap((target) => {
            const [path = "", anchor] = decodeURI(target).split("#");
            const linked = path === "" ? file : join(dirname(file), path);
            if (!existsSync(linked)) {
                return [`${target}: there is no such file`];
            }
            return anchor === undefined || anchorsOf(linked).includes(anchor) ? [] : [`${target}: no such heading`];
        });
}

function targetsIn(markdown: string): string[] {
    return parser
        .parse(markdown, {})
        .flatMap((token) => [token, ...(token.children ?? [])])
        .map((token) => token.attrGet("href") ?? token.attrGet("src"))
        .filter((target) => target !== null);
}

/** The anchors that GitHub gives the headings of a Markdown file; other files have none. */
function anchorsOf(file: string): string[] {
    if (!file.endsWith(".md")) {
        return [];
    }
    const slugger = new GithubSlugger();
    const tokens = parser.parse(readFileSync(file, "utf8"), {});
    return tokens
        .filter((_, index) => tokens[index - 1]?.type === "heading_open")
        .map(({ children }) => slugger.slug((children ?? []).map(({ content }) => content).join("")));
}
