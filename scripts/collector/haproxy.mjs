// Finds HAProxy, or unpacks Debian's package into .cache/ without installing it.
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../lib/install.mjs'
import { answers, exists, runTool } from './cached.mjs'

/** The packages with the program and with two libraries that a minimal system lacks. */
const PACKAGES = ['haproxy', 'liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1']

/** `{ command, env }` to start HAProxy; undefined when it is not installed and there is no Debian to get it from. */
export async function ensureHaproxy() {
  if (await runs('haproxy', {})) return { command: 'haproxy', env: {} }
  const folder = join(root, '.cache/haproxy')
  if (!(await unpacked(folder))) await unpack(folder)
  return unpacked(folder)
}

async function unpacked(folder) {
  const command = join(folder, 'usr/sbin/haproxy')
  if (!(await exists(command))) return undefined
  const libraries = (await readdir(join(folder, 'usr/lib'))).map((name) => join(folder, 'usr/lib', name))
  const env = { LD_LIBRARY_PATH: libraries.join(':') }
  return (await runs(command, env)) ? { command, env } : undefined
}

async function unpack(folder) {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const download = () => runTool('apt-get', ['download', ...PACKAGES], { cwd: folder })
  try {
    await download().catch(async () => {
      await runTool('apt-get', ['update'])
      await download()
    })
    for (const name of await readdir(folder)) {
      if (name.endsWith('.deb')) await runTool('dpkg', ['-x', join(folder, name), folder])
    }
  } catch {
    // Without Debian or a network there is no HAProxy.
  }
}

function runs(command, env) {
  return answers(command, ['-v'], { env: { ...process.env, ...env } })
}
