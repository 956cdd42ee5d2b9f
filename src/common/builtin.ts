// Taken when this package is loaded. OpenTelemetry's require hook replaces the function later on, and instruments what is
// asked for by the replacement: the upload of a log would then change the application's own node:http while it runs.
const { getBuiltinModule } = process

/**
 * One of Node's own modules, loaded synchronously at the call: `builtin('node:http')`.
 *
 * Not by an import at the top of a file: an early import of node:http keeps OpenTelemetry from instrumenting it. Not
 * by `import()`: code that `vm` runs (Jest, v8-compile-cache) may have no way to import at run time.
 */
export const builtin: typeof process.getBuiltinModule = (id: string) => getBuiltinModule(id) as never
