import { dirname, join, resolve } from 'node:path'
import { builtin } from '../common/builtin.js'

const fs = builtin('node:fs')

const MOST_FOLDERS = 32
const MAX_BYTES = 256 * 1024
/** A path of a test runner, which is not the application. */
const TEST_RUNNER = /[\\/]node_modules[\\/](?:vitest|jest[a-z-]*|mocha|ava|tap|@jest)[\\/]/
const INSTALLED = /[\\/]node_modules[\\/]/

let known: { readonly script: string; readonly name: string | undefined } | undefined

/**
 * The name in the application's package.json: the nearest one above the main script, or above the working directory if
 * that script is an installed tool. Undefined in a REPL, with `--eval`, and without a package.json. Read once. Never
 * throws.
 */
export function applicationName(script: string | undefined = process.argv[1]): string | undefined {
  if (script === undefined || script === '-' || TEST_RUNNER.test(script)) return undefined
  if (known?.script !== script) known = { script, name: findName(script) }
  return known.name
}

function findName(script: string): string | undefined {
  try {
    // The path is relative while Node runs preloads.
    const path = fs.realpathSync(resolve(script))
    if (INSTALLED.test(path)) return nameAbove(process.cwd())
    // `node .` names a folder.
    return nameAbove(fs.statSync(path).isDirectory() ? path : dirname(path))
  } catch {
    // The file is deleted or unreadable.
    return undefined
  }
}

function nameAbove(folder: string): string | undefined {
  let current = folder
  for (let n = 0; n < MOST_FOLDERS; n++) {
    const name = nameIn(join(current, 'package.json'))
    if (name !== undefined) return name
    const above = dirname(current)
    if (above === current) return undefined
    current = above
  }
  return undefined
}

/** A package.json without a name, which only says `"type": "module"` for a folder, is skipped. */
function nameIn(file: string): string | undefined {
  try {
    const { size } = fs.statSync(file)
    if (size > MAX_BYTES) return undefined
    const { name } = JSON.parse(fs.readFileSync(file, 'utf8')) as { name?: unknown }
    return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 200) : undefined
  } catch {
    return undefined
  }
}
