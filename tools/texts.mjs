import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** @typedef {import("@stryker-mutator/api/ignore").NodePath} NodePath */

/**
 * Leaves out what is written for people: a test that repeats a sentence proves nothing. A sentence that decides something
 * in its middle is mutated like everything else.
 *
 * @param {NodePath} path
 * @returns {string | undefined} the reason to leave it out
 */
function shouldIgnore({ node }) {
    const isLeftOut =
        (node.type === "StringLiteral" && isText(node.value)) ||
        (node.type === "TemplateLiteral" &&
            node.quasis.some(({ value }) => isText(value.cooked ?? "")) &&
            node.expressions.every(decidesNothing));
    return isLeftOut ? "a text for people" : undefined;
}

/** @param {string} text */
function isText(text) {
    return /\p{L}/u.test(text) && text.includes(" ");
}

/**
 * @param {import("@babel/types").Node} node
 * @returns {boolean}
 */
function decidesNothing(node) {
    switch (node.type) {
        case "Identifier":
        case "ThisExpression":
        case "PrivateName":
            return true;
        case "MemberExpression":
            return decidesNothing(node.object) && (!node.computed || decidesNothing(node.property));
        case "CallExpression":
            return node.callee.type === "Identifier" && node.arguments.every(decidesNothing);
        default:
            return false;
    }
}

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, "texts", { shouldIgnore })];
