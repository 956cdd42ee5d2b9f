import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'

/** Whether a file exists and is newer than everything below the given files and folders. */
export function isFresh(file, sources) {
  const built = join(root, file)
  if (!existsSync(built)) return false
  const since = statSync(built).mtimeMs
  return sources.every((source) => newest(join(root, source)) < since)
}

function newest(path) {
  const facts = statSync(path)
  if (!facts.isDirectory()) return facts.mtimeMs
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0)
}
