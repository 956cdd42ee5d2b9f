import { statSync } from 'node:fs'
import { isAbsolute, sep } from 'node:path'
import { callerFrame } from '../client/caller.js'

/**
 * Where the application's packages are looked for, in this order: from its first file, from the working directory, and
 * from this package; a bundle has no `here`. A tool that starts the application, such as `nest start`, is not the
 * application.
 */
export function applicationPlaces(
  script: string | undefined,
  workingDirectory: string,
  here: string | undefined,
): string[] {
  const own = script !== undefined && isAbsolute(script) ? [asPlace(script)] : []
  const isTool = own[0]?.includes(`${sep}node_modules${sep}`)
  const around = `${workingDirectory}/`
  const last = here === undefined ? [] : [here]
  return isTool ? [around, ...own, ...last] : [...own, around, ...last]
}

/** The application's file that called `below`. Undefined where the stack does not show it. */
export function callerFile(below: (...args: never[]) => unknown): string | undefined {
  const frame = callerFrame(below)
  return frame !== undefined && isAbsolute(frame.file) ? frame.file : undefined
}

/** In `node .` the script is a folder. */
function asPlace(script: string): string {
  try {
    return statSync(script, { throwIfNoEntry: false })?.isDirectory() ? `${script}/` : script
  } catch {
    // Node's permission model may forbid reading the path.
    return script
  }
}
