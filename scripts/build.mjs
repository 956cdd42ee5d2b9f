// Builds dist/: the code as CommonJS and as ES modules, and the declarations of both.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { chunkGroups } from './lib/chunk-groups.mjs'
import { isFresh } from './lib/freshness.mjs'
import { ensureInstalled, root } from './lib/install.mjs'
import { writeLateParts } from './lib/late-parts.mjs'
import { nodeBuiltins } from './lib/node-builtins.mjs'
import { buildPage, PAGE_FILE } from './lib/page.mjs'

const ENTRIES = {
  index: 'src/index.ts',
  instrumentation: 'instrumentation/index.ts',
  register: 'src/register/index.ts',
  sdk: 'src/register/sdk.ts',
  gateway: 'src/gateway/index.ts',
  testing: 'src/testing/index.ts',
  cli: 'src/cli/main.ts',
  'doctor-probe': 'src/cli/doctor/probe.ts',
}
/** Smaller code in which functions and classes keep their names. */
const MINIFIED = { mangle: { keepNames: true }, compress: { keepNames: { function: true, class: true } } }
const SOURCES = ['src', 'instrumentation', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json']

ensureInstalled()
const isBuilt = isFresh('dist/.built', SOURCES) && existsSync(PAGE_FILE)
if (!process.argv.includes('--if-stale') || !isBuilt) await build()

/** Builds beside the old output and replaces it when complete, so that running users of the old one lose nothing. */
async function build() {
  const dist = join(root, `.cache/dist-${process.pid}`)
  const ofPage = await buildPage()
  // Imported late, because a fresh checkout has no bundler before ensureInstalled().
  const { writeExitSender } = await import('./lib/exit-sender.mjs')
  await writeExitSender()
  const { cli, 'doctor-probe': probe, ...modules } = ENTRIES
  const late = await writeLateParts(dist, ENTRIES, inputOptions(dist), MINIFIED)
  const commonJs = await bundle(dist, 'cjs', { ...modules, cli }, late.plugin)
  const esModules = await bundle(dist, 'es', { ...modules, 'doctor-probe': probe }, late.plugin)
  const bundled = [late, ...commonJs, ...esModules].flatMap(({ moduleIds }) => moduleIds)
  writeLicences(dist, [...ofPage, ...bundled])
  const { writeDeclarations } = await import('./lib/declarations.mjs')
  await writeDeclarations(dist, modules)
  writeFileSync(join(dist, '.built'), '')
  const old = join(root, `.cache/dist-${process.pid}-old`)
  if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old)
  renameSync(dist, join(root, 'dist'))
  rmSync(old, { recursive: true, force: true })
}

/** What all bundles of the code have in common. */
function inputOptions(dist) {
  return {
    cwd: root,
    platform: 'node',
    external: [/^node:/, /^@opentelemetry\//, /^@lognitor\//],
    // The root is CommonJS; the sources are ES modules with .js in their imports.
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    plugins: [peers(dist)],
    // A slow machine is no reason to fail.
    checks: { bundlerTimings: false },
    onLog(level, log, handler) {
      if (level === 'warn') throw new Error(log.message)
      handler(level, log)
    },
  }
}

async function bundle(dist, format, entries, lateParts) {
  const ending = format === 'cjs' ? 'cjs' : 'mjs'
  const { plugin, codeSplitting } = chunkGroups(entries)
  const { rolldown } = await import('rolldown')
  const options = inputOptions(dist)
  const plugins = [...options.plugins, lateParts, plugin, ...(format === 'es' ? [nodeBuiltins()] : [])]
  const bundle = await rolldown({ ...options, input: entries, plugins })
  const { output } = await bundle.write({
    dir: dist,
    format,
    exports: 'named',
    entryFileNames: `[name].${ending}`,
    chunkFileNames: `chunks/[name]-[hash].${ending}`,
    codeSplitting,
    minify: MINIFIED,
  })
  const chunks = output.filter((part) => part.type === 'chunk')
  // Exports that are assigned later are lost under OpenTelemetry's loader hook, which keeps their first values.
  const late = format === 'es' && chunks.find(({ code }) => code.includes('__esmMin('))
  if (late) throw new Error(`${late.fileName} sets its exports late: does an entry have none?`)
  return chunks
}

/** Files that load an optional peer keep their content and place; instrumentation/peers/http.cjs gives the reason. */
function peers(dist) {
  return {
    name: 'peers',
    resolveId(source, importer) {
      if (!/\/peers\/[^/]+\.cjs$/.test(source)) return null
      const target = join(dist, 'peers', basename(source))
      mkdirSync(dirname(target), { recursive: true })
      copyFileSync(resolve(dirname(importer), source), target)
      return { id: `#peers/${basename(source)}`, external: true }
    },
    renderChunk: (code, { fileName }) =>
      code.replaceAll('"#peers/', `"${fileName.includes('/') ? '../' : './'}peers/`),
  }
}

/** Copies the licences of bundled code. */
function writeLicences(dist, moduleIds) {
  const packages = new Set()
  for (const id of moduleIds) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)
    if (match) packages.add(match[1])
  }
  const texts = [...packages].sort().map((name) => {
    const folder = dirname(join(root, 'node_modules', name, 'package.json'))
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return `${name} ${version} (${license})\n\n${readLicence(folder)}`
  })
  if (texts.length > 0) writeFileSync(join(dist, 'LICENSES.txt'), texts.join('\n\n----\n\n'))
}

function readLicence(folder) {
  const files = readdirSync(folder)
  const own = files.find((name) => /^licen[cs]e/i.test(name))
  if (own !== undefined) return readFileSync(join(folder, own), 'utf8').trim()
  // Some packages have their licence in the README.
  const readme = files.find((name) => /^readme/i.test(name))
  const text = readme === undefined ? '' : readFileSync(join(folder, readme), 'utf8')
  return (
    text
      .split(/^#+ *licen[cs]e|^licen[cs]e\n-+$/im)[1]
      ?.split(/^#/m)[0]
      ?.trim() ?? ''
  )
}
