import { type Fate, fateOf } from '../../delivery/fate.js'
import type { Outcome } from '../../delivery/http/outcome.js'
import type { Posted } from '../../delivery/http/post.js'
import type { DeliveryMetrics } from '../../delivery/metrics.js'
import type { Ledger } from '../../diagnostics/drop-ledger.js'
import type { Parcel } from './batch-body.js'
import { type Held, heldBy } from './delivery.js'
import type { Tenant } from './key-state.js'
import type { Observer } from './observer.js'
import type { Tally } from './partial-success.js'
import type { Slots } from './semaphore.js'
import type { Seed } from './stable-ids.js'

export interface CarrierParts {
  readonly ledger: Ledger
  readonly metrics: DeliveryMetrics
  readonly slots: Slots
  readonly random: () => number
  readonly observer: Observer
}

/** What the parcels of one shipment have in common. */
export interface Consignment {
  readonly seed: Seed
  readonly tenant: Tenant
  readonly tally: Tally
  /** Why no further post of it begins; nothing while one may. */
  hold(): Held | undefined
}

/** Carries parcels to the service, one post each, and keeps account of what came of it. */
export class Carrier {
  readonly #parts: CarrierParts
  #logsInFlight = 0

  constructor(parts: CarrierParts) {
    this.#parts = parts
  }

  /** Nothing when the parcel came to an end, good or bad; else why it has to be sent again. */
  async carry(parcel: Parcel, consignment: Consignment): Promise<Held | undefined> {
    const { sources } = parcel
    const { tally, hold } = consignment
    const { ledger, slots, random } = this.#parts
    // Asked when its turn has come and not before: the line may be long.
    const sent = await slots.run(async () => {
      const entry = hold() ?? (await consignment.tenant.hold.enter())
      return typeof entry === 'object' ? entry : this.#post(parcel, consignment, entry === 'probe')
    })
    if ('kind' in sent) return sent
    const { posted, fate } = sent
    const { outcome } = posted
    const entries = sources.length
    switch (fate.kind) {
      case 'done':
        if (outcome.kind === 'sent') tally.refuse(sources, outcome.rejections, outcome.rejected)
        ledger.take(parcel.path, entries, fate.rejected)
        ledger.drop('rejected', fate.rejected)
        return undefined
      case 'halve': {
        const [first, second] = parcel.halves()
        return (await this.carry(first, consignment)) ?? (await this.carry(second, consignment))
      }
      case 'drop':
        this.#lose(fate.reason, parcel, outcome, tally)
        return undefined
      case 'retry':
        return heldBy(fate.hold, posted, random)
    }
  }

  async #post(
    parcel: Parcel,
    { seed, tenant }: Consignment,
    isProbe: boolean,
  ): Promise<{ posted: Posted; fate: Fate }> {
    const { metrics, observer } = this.#parts
    const entries = parcel.sources.length
    const logs = parcel.path === '/ingest' ? entries : 0
    this.#logsInFlight += logs
    metrics.inFlight(this.#logsInFlight)
    const posted = await tenant.uploader.post(parcel.path, parcel.body(seed.batchId(parcel.name)))
    this.#logsInFlight -= logs
    metrics.inFlight(this.#logsInFlight)
    // Nobody here could try again with less, so no more entries are sent at once than the service is known to take.
    const fate = fateOf(posted.outcome, { entries, attempts: 1 }, { knownEntries: entries, maxRetries: 0 })
    if (logs > 0) metrics.exported(logs, fate)
    tenant.learn(posted, fate, isProbe)
    observer.answered(tenant.name, posted)
    return { posted, fate }
  }

  #lose(reason: 'bad_batch' | 'too_large', { sources }: Parcel, outcome: Outcome, tally: Tally): void {
    this.#parts.ledger.drop(reason, sources.length)
    const why = `${reason === 'too_large' ? 'too large' : 'refused'}: ${'why' in outcome ? outcome.why : ''}`
    for (const source of sources) tally.lose(source, why)
  }
}
