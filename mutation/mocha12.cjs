// Stryker's runner asks for modules of Mocha's without their extension, which is `.cjs` since Mocha 12.
require.extensions[".cjs"] ??= require.extensions[".js"];
