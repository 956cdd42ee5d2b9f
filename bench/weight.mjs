// The weight of the package, installed from its tarball into an empty folder: packages, disk, import, memory.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../scripts/lib/install.mjs'
import { median, printTable } from './lib/figures.mjs'
import { interleave } from './lib/rounds.mjs'

const rounds = Number(process.argv[2] ?? 11)
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'lognitor-weight-'))
try {
  install()
  const packages = packagesBelow(join(folder, 'node_modules'))
  const bytes = packages.reduce((sum, path) => sum + bytesBelow(path), 0)
  const figures = await interleave(['bare', name], rounds, start)
  const of = (which, figure) => median(figures.get(which).map((each) => each[figure]))
  console.log(`\nWeight over bare Node, medians of ${rounds} interleaved rounds\n`)
  printTable(
    ['', 'packages installed', 'disk, MB', 'import, ms', 'RSS, MB'],
    [
      [
        name,
        String(packages.length),
        bytes / 1e6,
        of(name, 'importMs'),
        (of(name, 'rss') - of('bare', 'rss')) / 1e6,
      ],
    ],
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function install() {
  const npm = (...args) =>
    execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  // The build exists already; the package's scripts would build again.
  const packed = JSON.parse(npm('pack', root, '--ignore-scripts', '--json', '--loglevel=error'))
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  npm('install', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error', `./${packed[0].filename}`)
}

/** The folders of all installed packages, nested ones included. */
function packagesBelow(modules) {
  if (!existsSync(modules)) return []
  const named = readdirSync(modules).filter((entry) => !entry.startsWith('.'))
  return named.flatMap((entry) => {
    const path = join(modules, entry)
    if (entry.startsWith('@')) return packagesBelow(path)
    return [path, ...packagesBelow(join(path, 'node_modules'))]
  })
}

/** Without nested packages, which are counted separately. */
function bytesBelow(path) {
  const facts = statSync(path)
  if (!facts.isDirectory()) return facts.size
  const entries = readdirSync(path).filter((entry) => entry !== 'node_modules')
  return entries.reduce((sum, entry) => sum + bytesBelow(join(path, entry)), 0)
}

/** A new process that imports the package, or nothing. */
function start(which) {
  const load = which === 'bare' ? '' : `await import(${JSON.stringify(which)})`
  const code = `const from = performance.now(); ${load}
    const importMs = performance.now() - from
    console.log(JSON.stringify({ importMs, rss: process.memoryUsage().rss }))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: folder,
    encoding: 'utf8',
  })
  return JSON.parse(said)
}
