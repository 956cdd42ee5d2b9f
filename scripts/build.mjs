// Builds dist/: one CommonJS copy of the code, thin ES module doors onto it, and the declarations.
// One copy and not two, since a service that both imports and requires us must get one client.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isFresh } from './lib/freshness.mjs'
import { ensureInstalled, root, run } from './lib/install.mjs'
import { buildPage, PAGE_FILE } from './lib/page.mjs'

const ENTRIES = {
  index: 'src/index.ts',
  instrumentation: 'instrumentation/index.ts',
  register: 'src/register.ts',
  gateway: 'src/gateway/index.ts',
  testing: 'src/testing.ts',
  cli: 'src/cli/main.ts',
}
const SOURCES = ['src', 'instrumentation', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json']

ensureInstalled()
const isBuilt = isFresh('dist/.built', SOURCES) && existsSync(PAGE_FILE)
if (!process.argv.includes('--if-stale') || !isBuilt) await build()

/** Beside the old one, and put in its place when it is whole: who is just using that one loses nothing. */
async function build() {
  const dist = join(root, `.cache/dist-${process.pid}`)
  const ofPage = await buildPage()
  const chunks = await bundle(dist)
  for (const chunk of chunks) if (chunk.isEntry && chunk.name !== 'cli') writeDoors(dist, chunk)
  writeLicences(dist, [...ofPage, ...chunks.flatMap(({ moduleIds }) => moduleIds)])
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(dist, 'types')])
  writeFileSync(join(dist, '.built'), '')
  const old = join(root, `.cache/dist-${process.pid}-old`)
  if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old)
  renameSync(dist, join(root, 'dist'))
  rmSync(old, { recursive: true, force: true })
}

async function bundle(dist) {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(Object.entries(ENTRIES).filter(([, file]) => existsSync(join(root, file)))),
    platform: 'node',
    external: [/^node:/, /^@opentelemetry\//, /^@lognitor\//],
    // The root is CommonJS, the sources are written as ES modules with .js in their imports.
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    onLog(level, log, handler) {
      if (level === 'warn') throw new Error(log.message)
      handler(level, log)
    },
  })
  const { output } = await bundle.write({
    dir: dist,
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    keepNames: true,
  })
  return output.filter((part) => part.type === 'chunk')
}

function writeDoors(dist, { name, exports, fileName }) {
  const esm =
    exports.length > 0
      ? `export { ${exports.join(', ')} } from './${fileName}'\n`
      : `import './${fileName}'\n`
  writeFileSync(join(dist, `${name}.mjs`), esm)
  const types = `./types/${ENTRIES[name].replace(/\.ts$/, '.js')}`
  for (const ending of ['d.cts', 'd.mts'])
    writeFileSync(join(dist, `${name}.${ending}`), `export * from '${types}'\n`)
}

/** What is bundled keeps its licence beside it. */
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
  // Some keep it in their README.
  const readme = files.find((name) => /^readme/i.test(name))
  const text = readme === undefined ? '' : readFileSync(join(folder, readme), 'utf8')
  return (
    text
      .split(/^#+ *licen[cs]e|^licen[cs]e\n-+$/im)[1]
      ?.split(/^#/m)[0]
      ?.trim() ?? ''
  )
}
