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

  /**
   * The chunk of a module that several entry points reach. Tests load `testing` without the rest. The gateway, which
   * starts once, loads more than it needs: a chunk of its own would cost every import of `index` a millisecond.
   */
  function chunkOf(id) {
    const by = reachedBy.get(id)
    if (by === undefined || by.size === 1) return undefined
    if (by.has('testing')) return 'common'
    if (by.has('index')) return 'client'
    if (by.has('instrumentation')) return 'requests'
    return by.has('register') ? 'zero-code' : undefined
  }

  const groups = ['common', 'client', 'requests', 'zero-code'].map((name) => ({
    name,
    test: (id) => chunkOf(id) === name,
  }))
  // What the commands of the terminal share; the commands themselves are loaded by `import()`.
  const terminal = { name: 'terminal', minShareCount: 2, test: (id) => !reachedBy.has(id) }
  return { plugin, codeSplitting: { groups: [...groups, terminal] } }
}
