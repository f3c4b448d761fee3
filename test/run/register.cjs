// Loaded before everything else: what ts-node and Node.js have compiled is kept for the next run, and not among the
// temporary files, which a run removes.
const { join } = require("node:path");

const cache = join(__dirname, "..", "..", "node_modules", ".cache");
process.env.V8_COMPILE_CACHE_CACHE_DIR = join(cache, "ts-node");
process.env.NODE_COMPILE_CACHE = join(cache, "node");

require("ts-node/register");
