import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { output } from './process.mjs'
import { writePrograms } from './programs.mjs'

const WORLD = join(root, '.cache/world')
const PROJECTS = join(root, 'test/world/projects')

/** The finished package as users install it. The file is named by its content. */
export async function packed() {
  mkdirSync(WORLD, { recursive: true })
  // Built already, so without the script that builds.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', WORLD]
  const [{ filename }] = Object.values(JSON.parse(await output('npm', args, { cwd: root })))
  const file = join(WORLD, filename)
  const named = join(WORLD, `lognitor-${hash(readFileSync(file))}.tgz`)
  renameSync(file, named)
  return named
}

/** Tools that npm installs from a folder of `test/world/projects`, without the package. */
export function installTools(name) {
  return project({ name, contents: contentsOf(name), install: byNpm(name) })
}

/**
 * A project with our programs in it, installed by npm: what the lock file of a folder of `test/world/projects` names,
 * and the packed package.
 */
export async function npmProject(name, tarball, as = name) {
  const install = byNpm(name, tarball)
  return project({ name: as, contents: [...contentsOf(name), tarball], install, hasPrograms: true })
}

/**
 * The same packages as those of an npm project, in the same versions, installed by another package manager.
 * @param settings files that the package manager reads, by name
 */
export function projectOf(manager, from, tarball, command, settings) {
  const { packages } = JSON.parse(readFileSync(join(PROJECTS, from, 'package-lock.json'), 'utf8'))
  const names = Object.keys(packages[''].dependencies)
  const dependencies = Object.fromEntries(
    names.map((name) => [name, packages[`node_modules/${name}`].version]),
  )
  dependencies['@lognitor/opentelemetry'] = `file:${tarball}`
  const manifest = JSON.stringify({ name: `world-${manager}`, private: true, dependencies })
  const files = { 'package.json': manifest, ...settings }
  const install = async (folder) => {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
    const [program, ...args] = command
    await output(program, args, { cwd: folder, env: { ...process.env, CI: 'true' } })
  }
  return project({ name: manager, contents: [JSON.stringify(files)], install, hasPrograms: true })
}

/** A folder that stays as long as its contents stay the same. */
async function project({ name, contents, install, hasPrograms = false }) {
  const folder = join(WORLD, name)
  const wanted = hash(...contents)
  const stamp = join(folder, '.installed')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.error(`Installing ${name} ...`)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    await install(folder)
    writeFileSync(stamp, wanted)
  }
  if (hasPrograms) await writePrograms(folder)
  return folder
}

function byNpm(name, ...more) {
  const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  return async (folder) => {
    cpSync(join(PROJECTS, name), folder, { recursive: true })
    await output('npm', ['install', ...flags, ...more], { cwd: folder })
  }
}

function contentsOf(name) {
  return ['package.json', 'package-lock.json'].map((file) => readFileSync(join(PROJECTS, name, file)))
}

function hash(...contents) {
  const sum = createHash('sha256')
  for (const content of contents) sum.update(content)
  return sum.digest('hex').slice(0, 16)
}
