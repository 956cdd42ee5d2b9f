import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../../scripts/lib/install.mjs'
import { output } from './process.mjs'

export const WORLD = join(root, '.cache/world')

/** The finished package as users install it. The file is named by its content. */
export async function packed() {
  mkdirSync(WORLD, { recursive: true })
  // Built already, so without the script that builds.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', WORLD]
  const [{ filename }] = Object.values(JSON.parse(await output('npm', args, { cwd: root })))
  const file = join(WORLD, filename)
  const named = join(WORLD, `lognitor-${hash(readFileSync(file))}.tgz`)
  cpSync(file, named)
  rmSync(file)
  return named
}

/**
 * A project of its own, from a folder of `test/world/projects`: what its lock file names, and the packed package.
 * @returns its folder, the same one as long as neither the lock file nor the package changes
 */
export async function installed(name, tarball) {
  const from = join(root, 'test/world/projects', name)
  const folder = join(WORLD, name)
  const contents = ['package.json', 'package-lock.json'].map((file) => readFileSync(join(from, file)))
  if (tarball !== undefined) contents.push(tarball)
  const wanted = hash(...contents)
  const stamp = join(folder, '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return folder
  rmSync(folder, { recursive: true, force: true })
  cpSync(from, folder, { recursive: true })
  console.error(`Installing ${name} ...`)
  const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  await output('npm', ['install', ...flags, ...(tarball === undefined ? [] : [tarball])], { cwd: folder })
  writeFileSync(stamp, wanted)
  return folder
}

function hash(...contents) {
  const sum = createHash('sha256')
  for (const content of contents) sum.update(content)
  return sum.digest('hex').slice(0, 16)
}
