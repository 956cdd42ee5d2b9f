import type { Clock } from '../src/common/clock.js'
import type { Settings } from '../src/config/options.js'
import type { DropLedger } from '../src/diagnostics/drop-ledger.js'
import type { Scope } from '../src/scope/scope.js'
import type { RequestEntry } from '../src/wire/request-entry.js'

/** What this entry point needs of the pipeline. */
export interface EntrySink {
  request(entry: RequestEntry, scope: Scope): void
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly ledger: Pick<DropLedger, 'drop' | 'requestsWritten'>
  readonly settings: Pick<Settings, 'breadcrumbs'>
}

/** Counts a request of which no request entry could be made. */
export function loseEntry({ ledger }: EntrySink): void {
  ledger.requestsWritten++
  ledger.drop('hook_error')
}
