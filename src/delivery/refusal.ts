import { warnOnce } from '../config/errors.js'
import type { Outcome } from './http/outcome.js'

/**
 * Warns once per endpoint of entries that Lognitor has refused for good, and that are therefore dropped.
 * @param count the refused entries of one request
 */
export function warnOfRefusal(path: string, count: number, outcome: Outcome): void {
  if (count <= 0) return
  // The path of a ping holds the token of its heartbeat, which is a secret.
  const endpoint = path.replace(/^(\/heartbeat\/).*/s, '$1...')
  warnOnce(
    'LOGNITOR_ENTRIES_REFUSED',
    `Lognitor refused ${count} entries for good at ${endpoint} (${reasonOf(outcome)}), and they were dropped. ` +
      'Check that apiUrl is the address of Lognitor itself, that no proxy changes requests, and that this package is up to date; stats().dropped counts such entries.',
    endpoint,
  )
}

function reasonOf(outcome: Outcome): string {
  if (outcome.kind !== 'sent') return outcome.why
  const [first] = outcome.rejections
  return first === undefined
    ? 'rejected'
    : `${first.code} ${first.field ?? ''}: ${first.message}`.slice(0, 200)
}
