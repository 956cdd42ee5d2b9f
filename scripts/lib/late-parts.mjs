import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { root } from './install.mjs'
import { BUILTIN_IMPORT, takenBuiltin } from './node-builtins.mjs'

/**
 * Parts of the code that an import does not load, each with the modules by which the rest of the code uses it. The first
 * call of a function or class of these modules loads the part. `init`, `reconfigure` or a constructor must make that
 * call, because a deployment may replace the files of a process that runs.
 */
const PARTS = {
  records: [
    'src/otel/after-answer.ts',
    'src/otel/complete-record.ts',
    'src/otel/final-handler.ts',
    'src/otel/intake.ts',
    'src/otel/node-warning.ts',
    'src/otel/open-recordings.ts',
    'src/otel/pino-line.ts',
    'src/otel/record-input.ts',
    'src/otel/recorded-exceptions.ts',
    'src/otel/server-answer.ts',
    'src/otel/server-span.ts',
    'src/otel/span-events.ts',
    'src/otel/span-failures.ts',
  ],
  redaction: ['src/policy/redact.ts', 'src/policy/redact-log.ts'],
  spool: ['src/spool/spool.ts'],
}

/** Only a function or a class can be replaced by a function that loads it. The build fails where other code imports more. */
const CALLABLE = /^export (?:async )?(?:function\*? |class )(\w+)/gm
/** The gateway has these functions, too. They are pure, so that a second copy of them changes nothing. */
const isPure = (file) => file.startsWith('src/translate/')
const SHARED = 'shared:'
const BUILTIN = 'src/common/builtin.ts'
/** Modules that exist during the build only. */
const ENTRY = '\0late-part'
const LOAD = '\0late-part/'
const LOADER = 'late/parts.cjs'

/**
 * Writes the late parts, once for both builds. A part imports nothing: it is a function that takes what it shares with
 * the rest of the code. docs/architecture.md gives the reasons.
 * @param dist the folder of the build
 * @param entries the source file of each entry point, by name
 * @param options the bundler's options that all builds have in common
 * @param minify how the code is minified
 * @returns the plugin that replaces the parts by functions that load them, and the modules of the parts
 */
export async function writeLateParts(dist, entries, options, minify) {
  const { rolldown } = await import('rolldown')
  const graph = await importsOf(rolldown, options, entries)
  const atOnce = reached(graph, [entries.index])
  const elsewhere = reached(graph, Object.values(entries))
  const isShared = (file) => atOnce.has(file) || (elsewhere.has(file) && !isPure(file))
  mkdirSync(join(dist, 'late'), { recursive: true })
  const parts = new Map()
  for (const [name, files] of Object.entries(PARTS)) {
    const part = await bundlePart(rolldown, { options, minify, files, isShared })
    // The files of another version have other names, so that no process loads half of it.
    const file = `${name}-${createHash('sha256').update(part.code).digest('hex').slice(0, 8)}.cjs`
    writeFileSync(join(dist, 'late', file), part.code)
    parts.set(name, { ...part, file })
  }
  const loaders = [...parts].map(([name, { file }]) => `exports.${name} = () => require('./${file}')\n`)
  writeFileSync(join(dist, LOADER), `'use strict'\n${loaders.join('')}`)
  const moduleIds = [...parts.values()].flatMap((part) => part.moduleIds)
  const twice = moduleIds.filter((id, index) => moduleIds.indexOf(id) !== index)
  if (twice.length > 0) throw new Error(`In two late parts: ${twice}`)
  return { plugin: replaceParts(parts), moduleIds }
}

/** The modules that each module imports, as paths below the root. */
async function importsOf(rolldown, options, entries) {
  const graph = new Map()
  const path = (id) => relative(root, id)
  const plugin = {
    name: 'imports',
    buildEnd() {
      for (const id of this.getModuleIds()) {
        graph.set(path(id), (this.getModuleInfo(id)?.importedIds ?? []).map(path))
      }
    },
  }
  const bundle = await rolldown({ ...options, input: entries, plugins: [...options.plugins, plugin] })
  await bundle.generate({ format: 'es' })
  await bundle.close()
  return graph
}

/** What these modules import, without the late parts. */
function reached(graph, entries) {
  const late = new Set(Object.values(PARTS).flat())
  const known = new Set()
  const follow = (file) => {
    if (late.has(file) || known.has(file)) return
    known.add(file)
    for (const next of graph.get(file) ?? []) follow(next)
  }
  for (const entry of entries) follow(entry)
  return known
}

/**
 * Bundles one part as a function that takes what the part shares with the rest of the code, and returns what the rest
 * uses of the part.
 */
async function bundlePart(rolldown, { options, minify, files, isShared }) {
  const shared = new Map()
  const plugin = {
    name: 'late-part',
    resolveId(source, importer) {
      if (source === ENTRY) return source
      if (importer === undefined || !source.startsWith('.')) return null
      const file = relative(root, resolve(dirname(importer), source)).replace(/\.js$/, '.ts')
      return isShared(file) ? { id: SHARED + file, external: true } : null
    },
    load: (id) =>
      id === ENTRY
        ? files.map((file) => `export * from ${JSON.stringify(join(root, file))}`).join('\n')
        : null,
    renderChunk: (code) => asFunction(code, shared),
  }
  const bundle = await rolldown({ ...options, input: ENTRY, plugins: [...options.plugins, plugin] })
  const { output } = await bundle.generate({
    format: 'es',
    codeSplitting: false,
    minify,
  })
  await bundle.close()
  const [{ code, moduleIds }] = output
  // Without the modules that exist during the build only.
  return {
    files,
    shared,
    moduleIds: moduleIds.filter((id) => id.startsWith(root)),
    code: `'use strict';${code}`,
  }
}

/**
 * Takes Node's modules by the `builtin` of the other code, which was there before OpenTelemetry's require hook.
 * @param shared receives the names that the code imports, by the file that has them
 */
function asFunction(code, shared) {
  const take = (file, names) => {
    shared.set(file, new Set([...(shared.get(file) ?? []), ...names]))
    return `__given[${JSON.stringify(file)}]`
  }
  const taken = code
    .replace(BUILTIN_IMPORT, (...match) => takenBuiltin(match, '__builtin'))
    .replace(/^import \{([^}]*)\} from "shared:([^"]+)";$/gm, (_, list, file) => {
      const pairs = namesIn(list)
      const names = pairs.map(([name]) => name)
      return `const { ${pairs.map((pair) => pair.join(': ')).join(', ')} } = ${take(file, names)};`
    })
    .replace(/^export \{([^}]*)\};?$/m, (_, list) => {
      const pairs = namesIn(list).map(([local, name = local]) => `${name}: ${local}`)
      return `return { ${pairs.join(', ')} };`
    })
  const left = /^(?:import|export) .*/m.exec(taken)
  if (left !== null) throw new Error(`A late part cannot have: ${left[0]}`)
  return `module.exports = (__given) => {\nconst { builtin: __builtin } = ${take(BUILTIN, ['builtin'])};\n${taken}\n};`
}

/** The names of `a, b as c`. */
function namesIn(list) {
  return list
    .split(',')
    .filter((each) => each.trim() !== '')
    .map((each) => each.trim().split(/\s+as\s+/))
}

/** The plugin of both builds. */
function replaceParts(parts) {
  const partOf = new Map([...parts].flatMap(([name, { files }]) => files.map((file) => [file, name])))
  return {
    name: 'late-parts',
    resolveId(source) {
      if (source === `#${LOADER}`) return { id: source, external: true }
      return source.startsWith(LOAD) ? source : null
    },
    load(id) {
      if (id.startsWith(LOAD)) return loadModule(id.slice(LOAD.length), parts)
      const name = partOf.get(relative(root, id))
      return name === undefined ? null : { code: standIn(id, name), moduleType: 'js' }
    },
    renderChunk: (code, { fileName }) =>
      code.replaceAll(`"#${LOADER}"`, `"${fileName.includes('/') ? '../' : './'}${LOADER}"`),
  }
}

/** The module that loads a part when it is called first. */
function loadModule(name, parts) {
  const { shared } = parts.get(name)
  const imports = []
  const given = []
  for (const [file, names] of shared) {
    const local = [...names].map((each) => [each, `_${imports.length}_${each}`])
    imports.push(
      `import { ${local.map((pair) => pair.join(' as ')).join(', ')} } from ${JSON.stringify(join(root, file))}`,
    )
    given.push(`${JSON.stringify(file)}: { ${local.map((pair) => pair.join(': ')).join(', ')} }`)
  }
  return `import { ${name} as load } from '#${LOADER}'
${imports.join('\n')}
let part
export const ${name} = () => (part ??= load()({ ${given.join(', ')} }))`
}

/** Functions that load the part at their first call, and from then on are the part's own. */
function standIn(id, name) {
  const names = [...readFileSync(id, 'utf8').matchAll(CALLABLE)].map(([, each]) => each)
  const functions = names.map(
    (each) => `export let ${each} = function (...args) {
  ${each} = ${name}().${each}
  return new.target ? new ${each}(...args) : ${each}(...args)
}`,
  )
  return `import { ${name} } from '${LOAD}${name}'\n${functions.join('\n')}`
}
