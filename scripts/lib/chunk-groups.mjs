/**
 * The chunks that entry points share, by the lightest entry point that reaches a module, lightest first. What `testing`
 * and `index` both need must not bring the rest of `index` with it.
 */
const CHUNKS = {
  testing: 'common',
  gateway: 'delivery',
  index: 'client',
  instrumentation: 'requests',
  register: 'zero-code',
}

/**
 * Groups the modules of a build into few chunks, because an import pays for each file that has to be found and read.
 * @returns the plugin that reads the graph, and the output option that divides the modules by it
 */
export function chunkGroups(entries) {
  /** The entry points that reach a module by static imports. */
  const reachedBy = new Map()
  const plugin = {
    name: 'chunk-groups',
    buildEnd() {
      const importsOf = (id) => this.getModuleInfo(id)?.importedIds ?? []
      for (const id of this.getModuleIds()) {
        const entry = Object.keys(entries).find((name) => id.endsWith(`/${entries[name]}`))
        if (entry !== undefined) follow(id, entry, importsOf)
      }
    },
  }

  function follow(id, entry, importsOf) {
    const known = reachedBy.get(id) ?? new Set()
    if (known.has(entry)) return
    reachedBy.set(id, known.add(entry))
    for (const next of importsOf(id)) follow(next, entry, importsOf)
  }

  const names = Object.keys(CHUNKS)
  const groups = names.map((entry, n) => ({
    name: CHUNKS[entry],
    priority: names.length - n,
    test: (id) => isRuntime(id) || (reachedBy.get(id)?.has(entry) === true && reachedBy.get(id).size > 1),
  }))
  return { plugin, codeSplitting: { groups } }
}

/** The bundler's own helpers. */
function isRuntime(id) {
  return id.includes('rolldown/runtime')
}
