import type { Clock } from '../src/clock.js'
import type { Ledger } from '../src/ledger.js'
import type { Settings } from '../src/options.js'
import type { Scope } from '../src/scope/scope.js'
import type { RequestEntry } from '../src/wire/request-entry.js'

/** What this door needs of the pipeline. */
export interface RowSink {
  request(entry: RequestEntry, scope: Scope): void
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly ledger: Pick<Ledger, 'drop'>
  readonly settings: Pick<Settings, 'breadcrumbs'>
}
