/** A textlint rule: no sentence has more than `max` words, in paragraphs and in cells of tables. Inline code is one word. */

const splitter = new Intl.Segmenter("en", { granularity: "sentence" });

module.exports = function maxWords({ Syntax, RuleError, report }, { max }) {
    function textOf(node) {
        switch (node.type) {
            case Syntax.Code:
                return "Code";
            case Syntax.Image:
                return "";
            default:
                return node.children === undefined ? (node.value ?? "") : node.children.map(textOf).join("");
        }
    }
    function check(node) {
        for (const { segment } of splitter.segment(textOf(node).replace(/\s+/g, " "))) {
            // A dash and other marks on their own are no words.
            const words = segment.split(" ").filter((word) => /[\p{L}\p{N}]/u.test(word));
            if (words.length > max) {
                report(node, new RuleError(`${words.length} words, more than ${max}: ${segment.trim()}`));
            }
        }
    }
    return { [Syntax.Paragraph]: check, TableCell: check, [Syntax.Header]: check };
};
