import { randomUUID } from 'node:crypto'
import type { Clock } from '../common/clock.js'
import type { Settings } from '../config/options.js'
import type { Batcher } from '../delivery/batcher.js'
import type { DropLedger } from '../diagnostics/drop-ledger.js'
import { Spool } from '../spool/spool.js'

export interface SpoolParts {
  readonly batcher: Batcher
  readonly ledger: DropLedger
  readonly clock: Clock
}

/**
 * Joins a spool to the batcher where one is asked for, and where there is a key by which one project's is told
 * from another's.
 */
export function openSpool(settings: Settings, { batcher, ledger, clock }: SpoolParts): Spool | undefined {
  const { spool: options, apiUrl, apiKey } = settings
  if (options === undefined || !apiKey) return undefined
  const spool = new Spool({
    ...options,
    apiUrl,
    apiKey,
    clock,
    newId: randomUUID,
    onTakenOver: (entries) => {
      ledger.takenOver += entries
    },
    onLost: (reason, entries) => batcher.lose(reason, entries),
  })
  batcher.keepIn(spool)
  void spool.lookAround()
  return spool
}
