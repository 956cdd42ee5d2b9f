import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './install.mjs'

const FOLDERS = ['src', 'instrumentation']
const CACHE = join(root, '.cache/test-sources')

/**
 * Compiles the sources for the tests, file by file, into a folder of this process. Node itself loads them there: a test
 * runner that compiles and evaluates two hundred modules for each test file takes ten times as long. The folder goes
 * when the process ends.
 * @returns its path
 */
export async function compileSources() {
  const folder = join(CACHE, String(process.pid))
  removeFoldersOfEndedProcesses()
  mkdirSync(folder, { recursive: true })
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const names = FOLDERS.flatMap((place) =>
    readdirSync(join(root, place), { recursive: true, encoding: 'utf8' }).map((name) => join(place, name)),
  ).filter((name) => /(?<!\.d)\.ts$/.test(name) && !isOfPage(name))
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(names.map((name) => [name.replace(/\.ts$/, ''), name])),
    platform: 'node',
    external: [/^node:/],
    plugins: [external(folder)],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    treeshake: false,
    logLevel: 'silent',
  })
  await bundle.write({
    dir: folder,
    format: 'es',
    preserveModules: true,
    preserveModulesRoot: root,
    entryFileNames: '[name].mjs',
    keepNames: true,
  })
  await bundle.close()
  return folder
}

/** The plugin that gives test files the compiled sources. The program of the inbox's page is left to the test runner. */
export function compiledSources(folder) {
  return {
    name: 'compiled-sources',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!source.startsWith('.') || importer === undefined) return null
      const name = relative(root, resolve(dirname(importer), source))
      if (!FOLDERS.includes(name.split(sep, 1)[0]) || isOfPage(name) || !/\.[jt]s$/.test(name)) return null
      return join(folder, name.replace(/\.[jt]s$/, '.mjs'))
    },
  }
}

function isOfPage(name) {
  return name.split(sep).join('/').startsWith('src/inbox/page/')
}

/** What Node finds by itself: OpenTelemetry, and the files that load an optional peer, which keep their place. */
const external = (folder) => ({
  name: 'external',
  resolveId(source, importer) {
    if (source.startsWith('@opentelemetry/')) return { id: source, external: true }
    if (!/\/peers\/[^/]+\.cjs$/.test(source)) return null
    const file = resolve(dirname(importer), source)
    const copy = join(folder, relative(root, file))
    mkdirSync(dirname(copy), { recursive: true })
    copyFileSync(file, copy)
    return { id: copy, external: 'absolute' }
  },
})

/** Removes the folders of processes that were killed. */
function removeFoldersOfEndedProcesses() {
  if (!existsSync(CACHE)) return
  for (const name of readdirSync(CACHE)) {
    try {
      process.kill(Number(name), 0)
    } catch {
      rmSync(join(CACHE, name), { recursive: true, force: true })
    }
  }
}
