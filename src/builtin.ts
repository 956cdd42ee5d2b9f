/**
 * One of Node's own modules, loaded synchronously at the call: `builtin('node:http')`.
 *
 * Not by an import at the top of a file: an early import of node:http keeps OpenTelemetry from instrumenting it. Not
 * by `import()`: code that `vm` runs (Jest, v8-compile-cache) may have no way to import at run time.
 */
export const builtin: typeof process.getBuiltinModule = (id: string) => process.getBuiltinModule(id) as never
