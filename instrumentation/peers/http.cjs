'use strict'
/*
 * The optional peer, for the CommonJS and the ES module build alike. This file is CommonJS and stays a file of its own:
 * a literal require() inside of try is the one form of an optional dependency that Node, esbuild, webpack, Rolldown and
 * Next.js all follow when the package is there and pass over when it is not. The other forms fail somewhere: a static
 * import fails without the package, a top-level await in every bundle of the format CommonJS, and bundlers see nothing of
 * what createRequire() loads.
 */
try {
  exports.HttpInstrumentation = require('@opentelemetry/instrumentation-http').HttpInstrumentation
} catch (error) {
  exports.error = error
}
