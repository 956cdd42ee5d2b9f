'use strict'
/*
 * The optional peer, for both the CommonJS and the ES module build. This file is CommonJS and must stay a file of its
 * own: a literal require() inside of try is the only form of an optional dependency that Node, esbuild, webpack, Rolldown
 * and Next.js all bundle when the package is installed, and ignore when it is not. The other forms fail somewhere: a
 * static import fails without the package, a top-level await fails in every CommonJS bundle, and bundlers do not see what
 * createRequire() loads.
 */
try {
  exports.HttpInstrumentation = require('@opentelemetry/instrumentation-http').HttpInstrumentation
} catch (error) {
  exports.error = error
  exports.HttpInstrumentation = fromApplication('@opentelemetry/instrumentation-http')
}

/** For an ES module bundle, in which require() fails although the package is installed beside it. */
function fromApplication(name) {
  for (const place of [() => process.argv[1], () => `${process.cwd()}/`]) {
    try {
      return process.getBuiltinModule('node:module').createRequire(place())(name).HttpInstrumentation
    } catch {
      // Not found from this place.
    }
  }
  return undefined
}
