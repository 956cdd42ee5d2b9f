import type { Unreadable } from '../spool/survey.js'
import { printable } from './terminal-text.js'

/** Reports the parts that could not be read: unread is not empty. @returns the exit code */
export function reportUnreadable(unreadable: readonly Unreadable[]): number {
  for (const { path, why } of unreadable) fail(`${path} cannot be read: ${why}`)
  return unreadable.length === 0 ? 0 : 1
}

export function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`)
}

/** Prints the reason for a failure on standard error. @returns the exit code */
export function fail(words: string): number {
  process.stderr.write(`lognitor: ${printable(words)}\n`)
  return 1
}
