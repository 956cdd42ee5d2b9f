// The weight of the package, installed from its tarball into an empty folder: packages, disk, import, memory.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../scripts/lib/install.mjs'
import { median, printTable } from './lib/figures.mjs'
import { report } from './lib/report.mjs'
import { interleave } from './lib/rounds.mjs'

const rounds = Number(process.argv[2] ?? 15)
const API = '@opentelemetry/api'
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'lognitor-weight-'))
try {
  install()
  const modules = join(folder, 'node_modules')
  const own = filesBelow(join(modules, name))
  const all = packagesBelow(modules).flatMap(filesBelow)
  const figures = await interleave(['bare', API, name], rounds, start)
  const of = (which, figure) => median(figures.get(which).map((each) => each[figure]))
  const importMs = of(name, 'importMs') - of(API, 'importMs')
  const cpuMs = of(name, 'cpuMs') - of(API, 'cpuMs')
  console.log(`\nWeight over bare Node, medians of ${figures.get(name).length} interleaved rounds\n`)
  printTable(
    ['', 'files', 'disk, MB', 'import, ms', 'CPU of it, ms', 'RSS, MB'],
    [
      [API, '', '', of(API, 'importMs'), of(API, 'cpuMs'), (of(API, 'rss') - of('bare', 'rss')) / 1e6],
      [
        `${name} with it`,
        String(all.length),
        onDisk(all) / 1e6,
        of(name, 'importMs'),
        of(name, 'cpuMs'),
        (of(name, 'rss') - of('bare', 'rss')) / 1e6,
      ],
      ['without it', String(own.length), onDisk(own) / 1e6, importMs, cpuMs, ''],
    ],
  )
  report([
    {
      id: 'import',
      work: "import on top of the API's own",
      value: cpuMs,
      unit: 'ms of CPU',
      target: 12,
      figures: `${of(name, 'importMs').toFixed(1)} ms against ${of(API, 'importMs').toFixed(1)} by the clock`,
    },
    {
      id: 'disk',
      work: 'installed, without the peer',
      value: onDisk(own) / 1e6,
      unit: 'MB on disk',
      target: 3,
      figures: `${(onDisk(all) / 1e6).toFixed(1)} MB with the peer`,
    },
    {
      id: 'files',
      work: 'files installed, without the peer',
      value: own.length,
      unit: 'files',
      target: 60,
      figures: `${all.length} with the peer`,
    },
  ])
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

/** The paths of a package's files, without those of nested packages, which are counted separately. */
function filesBelow(path) {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules') return []
    const inner = join(path, entry.name)
    return entry.isDirectory() ? filesBelow(inner) : [inner]
  })
}

/** As `du` counts: a file takes whole blocks. */
function onDisk(files) {
  return files.reduce((sum, file) => sum + statSync(file).blocks * 512, 0)
}

/** A new process that imports the package, or nothing. */
function start(which) {
  const load = which === 'bare' ? '' : `await import(${JSON.stringify(which)})`
  const code = `const from = performance.now(); const before = process.cpuUsage(); ${load}
    const importMs = performance.now() - from
    const { user, system } = process.cpuUsage(before)
    console.log(JSON.stringify({ importMs, cpuMs: (user + system) / 1000, rss: process.memoryUsage().rss }))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: folder,
    encoding: 'utf8',
  })
  return JSON.parse(said)
}
