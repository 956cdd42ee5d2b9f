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
  exports.HttpInstrumentation = fromApplication('@opentelemetry/instrumentation-http')
}

/** For a bundle that is an ES module, where require() fails although the package lies beside it. */
function fromApplication(name) {
  for (const place of [() => process.argv[1], () => `${process.cwd()}/`]) {
    try {
      return process.getBuiltinModule('node:module').createRequire(place())(name).HttpInstrumentation
    } catch {
      // Not from here.
    }
  }
  return undefined
}
