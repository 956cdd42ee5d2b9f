import type { Clock } from '../common/clock.js'
import { randomId } from '../common/random-id.js'
import type { Settings } from '../config/options.js'
import type { Batcher } from '../delivery/batcher.js'
import type { DropLedger } from '../diagnostics/drop-ledger.js'
import { loadSpool, Spool } from '../spool/spool.js'

export interface SpoolParts {
  readonly batcher: Batcher
  readonly ledger: DropLedger
  readonly clock: Clock
}

/** Loads the code of a spool. Throws when a deployment has removed it, which must not happen halfway through a change. */
export function prepareSpool(settings: Settings): void {
  if (settings.spool !== undefined) loadSpool()
}

/**
 * Opens the spool and attaches it to the batcher, if the options name a directory and there is an API key. Without a
 * key the data of two projects could not be told apart.
 */
export function openSpool(settings: Settings, { batcher, ledger, clock }: SpoolParts): Spool | undefined {
  const { spool: options, apiUrl, apiKey } = settings
  if (options === undefined || !apiKey) return undefined
  const spool = new Spool({
    ...options,
    apiUrl,
    apiKey,
    clock,
    newId: randomId,
    onTakenOver: (entries) => {
      ledger.takenOver += entries
    },
    onLost: (reason, entries) => batcher.drop(reason, entries),
  })
  batcher.keepIn(spool)
  void spool.lookAround()
  return spool
}
