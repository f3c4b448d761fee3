/**
 * Loaded by `npm test` before anything else: what makes the processes of stacks cheaper, and nothing of what they do different.
 * Other runs of these tests go without.
 */
const preload = JSON.stringify(require.resolve("./preload.cjs"));
process.env.STACK_NODE_OPTIONS = `--require=${preload}`;
// The CLI and its hosts rarely live long enough to need a collection.
process.env.GOGC = "400";
