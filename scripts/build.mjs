// Builds dist/: one CommonJS copy of the code, thin ES module doors onto it, and the declarations.
// One copy and not two, since a service that both imports and requires us must get one client.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isFresh } from './lib/freshness.mjs'
import { ensureInstalled, root, run } from './lib/install.mjs'

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
if (!process.argv.includes('--if-stale') || !isFresh('dist/.built', SOURCES)) await build()

async function build() {
  const dist = join(root, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const chunks = await bundle(dist)
  for (const chunk of chunks) if (chunk.isEntry && chunk.name !== 'cli') writeDoors(dist, chunk)
  writeLicences(dist, chunks)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  run(process.execPath, [tsc, '-p', 'tsconfig.build.json'])
  writeFileSync(join(dist, '.built'), '')
}

async function bundle(dist) {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    cwd: root,
    input: ENTRIES,
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
  const esm = exports.length > 0 ? `export { ${exports.join(', ')} } from './${fileName}'\n` : `import './${fileName}'\n`
  writeFileSync(join(dist, `${name}.mjs`), esm)
  const types = `./types/${ENTRIES[name].replace(/\.ts$/, '.js')}`
  for (const ending of ['d.cts', 'd.mts']) writeFileSync(join(dist, `${name}.${ending}`), `export * from '${types}'\n`)
}

/** What is bundled keeps its licence beside it. */
function writeLicences(dist, chunks) {
  const packages = new Set()
  for (const { moduleIds } of chunks) {
    for (const id of moduleIds) {
      const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)
      if (match) packages.add(match[1])
    }
  }
  const texts = [...packages].sort().map((name) => {
    const folder = dirname(join(root, 'node_modules', name, 'package.json'))
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return `${name} ${version} (${license})\n\n${readLicence(folder)}`
  })
  if (texts.length > 0) writeFileSync(join(dist, 'LICENSES.txt'), texts.join('\n\n----\n\n'))
}

function readLicence(folder) {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE']) {
    try {
      return readFileSync(join(folder, name), 'utf8').trim()
    } catch {
      // Under another name, then; some keep it in their README.
    }
  }
  return readFileSync(join(folder, 'README.md'), 'utf8').split(/^#+ licen[cs]e/im)[1]?.split(/^#/m)[0]?.trim() ?? ''
}
