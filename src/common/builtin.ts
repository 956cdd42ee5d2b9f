// Read when this package is loaded. OpenTelemetry's require hook replaces the function later, and instruments modules
// that are loaded through the replacement: the upload of a log would then patch the application's own node:http while
// it runs.
const { getBuiltinModule } = process

/**
 * Loads one of Node's own modules synchronously: `builtin('node:http')`.
 *
 * Not an import at the top of a file: an early import of node:http keeps OpenTelemetry from instrumenting it, and for a
 * default import (`import fs`) the CommonJS build copies the whole module. Not `import()`: code that `vm` runs (Jest,
 * v8-compile-cache) may have no dynamic import.
 */
export const builtin: typeof process.getBuiltinModule = (id: string) => getBuiltinModule(id) as never
