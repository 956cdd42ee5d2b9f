import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../lib/install.mjs'

const runFile = promisify(execFile)

/**
 * A folder below .cache/, filled once for these inputs.
 * @param inputs files and folders, relative to the root, that decide what the folder holds
 * @returns its path; undefined when filling it failed, which is reported on stderr
 */
export async function cachedFolder(name, inputs, fill) {
  const folder = join(root, '.cache', name, await hashOf(inputs))
  const stamp = join(folder, '.complete')
  if (await exists(stamp)) return folder
  console.error(`Preparing ${name}, once ...`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  try {
    await fill(folder)
  } catch (error) {
    console.error(`${name} could not be prepared: ${(error.stderr || error.message).trim().slice(-2000)}`)
    return undefined
  }
  await writeFile(stamp, '')
  return folder
}

async function hashOf(inputs) {
  const hash = createHash('sha256')
  for (const input of inputs) {
    const at = join(root, input)
    const isFolder = (await stat(at)).isDirectory()
    const names = isFolder
      ? (await readdir(at, { recursive: true, withFileTypes: true })).filter((e) => e.isFile())
      : []
    const files = isFolder ? names.map((e) => join(e.parentPath ?? e.path, e.name)).sort() : [at]
    for (const file of files) hash.update(file.slice(root.length)).update(await readFile(file))
  }
  return hash.digest('hex').slice(0, 16)
}

/** Runs a program to its end. Throws when it fails, with what it printed. */
export function runTool(command, args, options = {}) {
  return runFile(command, args, { maxBuffer: 1 << 26, ...options })
}

/** Whether the program is there and runs. */
export function answers(command, args, options) {
  return runTool(command, args, options).then(
    () => true,
    () => false,
  )
}

export function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  )
}
