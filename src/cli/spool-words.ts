import type { Unreadable } from '../spool/survey.js'
import { printable } from './terminal-text.js'

/** What could not be looked at is not empty. @returns the exit code */
export function tell(unreadable: readonly Unreadable[]): number {
  for (const { path, why } of unreadable) fail(`${path} cannot be looked at: ${why}`)
  return unreadable.length === 0 ? 0 : 1
}

export function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`)
}

/** Says on standard error why something was not done. @returns the exit code */
export function fail(words: string): number {
  process.stderr.write(`lognitor: ${printable(words)}\n`)
  return 1
}
