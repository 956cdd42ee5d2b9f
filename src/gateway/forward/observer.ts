import type { Posted } from '../../delivery/http/post.js'

export type { Posted }

import type { DropReason } from '../../diagnostics/drop-ledger.js'

/** Sees the result of each request to the service, for reports to the operator. */
export interface Observer {
  /** @param keyName a name that may be shown for the key; empty for the gateway's own key */
  answered(keyName: string, posted: Posted): void
  dropped(reason: DropReason, count: number): void
}

export const NO_OBSERVER: Observer = { answered: () => {}, dropped: () => {} }
