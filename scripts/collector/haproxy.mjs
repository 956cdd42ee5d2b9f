// Finds HAProxy, or unpacks Debian's package into .cache/ without installing it.
import { execFile } from 'node:child_process'
import { access, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../lib/install.mjs'

const runFile = promisify(execFile)
/** The packages with the program and with two libraries that a minimal system lacks. */
const PACKAGES = ['haproxy', 'liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1']

/** `{ command, env }` to start HAProxy; undefined when it is not installed and there is no Debian to get it from. */
export async function ensureHaproxy() {
  if (await answers('haproxy', {})) return { command: 'haproxy', env: {} }
  const folder = join(root, '.cache/haproxy')
  if (!(await unpacked(folder))) await unpack(folder)
  return unpacked(folder)
}

async function unpacked(folder) {
  const command = join(folder, 'usr/sbin/haproxy')
  try {
    await access(command)
  } catch {
    return undefined
  }
  const libraries = (await readdir(join(folder, 'usr/lib'))).map((name) => join(folder, 'usr/lib', name))
  const env = { LD_LIBRARY_PATH: libraries.join(':') }
  return (await answers(command, env)) ? { command, env } : undefined
}

async function unpack(folder) {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const download = () => runFile('apt-get', ['download', ...PACKAGES], { cwd: folder })
  try {
    await download().catch(async () => {
      await runFile('apt-get', ['update'])
      await download()
    })
    for (const name of await readdir(folder)) {
      if (name.endsWith('.deb')) await runFile('dpkg', ['-x', join(folder, name), folder])
    }
  } catch {
    // Without Debian or a network there is no HAProxy.
  }
}

function answers(command, env) {
  return runFile(command, ['-v'], { env: { ...process.env, ...env } }).then(
    () => true,
    () => false,
  )
}
