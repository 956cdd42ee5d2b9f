import type { Posted } from '../../delivery/http/post.js'

export type { Posted }

import type { DropReason } from '../../diagnostics/drop-ledger.js'

/** Sees what becomes of deliveries, for whoever has to know. */
export interface Observer {
  /** @param keyName what stands for the key where it may be shown: nothing for the key of the settings */
  answered(keyName: string, posted: Posted): void
  dropped(reason: DropReason, count: number): void
}

export const NO_OBSERVER: Observer = { answered: () => {}, dropped: () => {} }
