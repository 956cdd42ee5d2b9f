import type { Clock } from '../src/common/clock.js'
import type { Settings } from '../src/config/options.js'
import type { Ledger } from '../src/diagnostics/drop-ledger.js'
import type { Scope } from '../src/scope/scope.js'
import type { RequestEntry } from '../src/wire/request-entry.js'

/** What this door needs of the pipeline. */
export interface RowSink {
  request(entry: RequestEntry, scope: Scope): void
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly ledger: Pick<Ledger, 'drop' | 'requestsWritten'>
  readonly settings: Pick<Settings, 'breadcrumbs'>
}

/** Counts a request of which no row could be made. */
export function loseRow({ ledger }: RowSink): void {
  ledger.requestsWritten++
  ledger.drop('hook_error')
}
