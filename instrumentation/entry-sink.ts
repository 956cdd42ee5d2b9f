import type { Clock } from '../src/common/clock.js'
import type { Settings } from '../src/config/options.js'
import type { DropLedger } from '../src/diagnostics/drop-ledger.js'
import type { Scope } from '../src/scope/scope.js'
import type { RequestEntry } from '../src/wire/request-entry.js'

/** The part of the pipeline that this entry point uses. */
export interface EntrySink {
  request(entry: RequestEntry, scope: Scope): void
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly ledger: Pick<DropLedger, 'drop' | 'requestsWritten'>
  readonly settings: Pick<Settings, 'breadcrumbs'>
}

/** Counts a request whose request entry could not be built. */
export function loseEntry({ ledger }: EntrySink): void {
  ledger.requestsWritten++
  ledger.drop('hook_error')
}
