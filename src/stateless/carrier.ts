import { fateOf } from '../delivery/fate.js'
import type { DeliveryMetrics } from '../delivery/metrics.js'
import type { Outcome } from '../delivery/outcome.js'
import type { Posted } from '../delivery/post.js'
import type { Ledger } from '../ledger.js'
import { type Held, heldBy } from './delivery.js'
import type { Parcel } from './parcel.js'
import type { Seed } from './seed.js'
import type { Slots } from './slots.js'
import type { Tally } from './tally.js'
import type { Tenant } from './tenant.js'

export interface CarrierParts {
  readonly ledger: Ledger
  readonly metrics: DeliveryMetrics
  readonly slots: Slots
  readonly random: () => number
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
    const { ledger, metrics, slots, random } = this.#parts
    // Asked when its turn has come and not before: the line may be long.
    const posted = await slots.run(async () => hold() ?? this.#post(parcel, consignment))
    if ('kind' in posted) return posted
    const { outcome } = posted
    const entries = sources.length
    // Nobody here could try again with less, so no more entries are sent at once than the service is known to take.
    const fate = fateOf(outcome, { entries, attempts: 1 }, { knownEntries: entries, maxRetries: 0 })
    if (parcel.path === '/ingest') metrics.exported(entries, fate)
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

  async #post(parcel: Parcel, { seed, tenant }: Consignment): Promise<Posted> {
    const { metrics } = this.#parts
    const logs = parcel.path === '/ingest' ? parcel.sources.length : 0
    this.#logsInFlight += logs
    metrics.inFlight(this.#logsInFlight)
    const posted = await tenant.uploader.post(parcel.path, parcel.body(seed.batchId(parcel.name)))
    this.#logsInFlight -= logs
    metrics.inFlight(this.#logsInFlight)
    if (posted.sampleRates) tenant.sampleRates = posted.sampleRates
    return posted
  }

  #lose(reason: 'bad_batch' | 'too_large', { sources }: Parcel, outcome: Outcome, tally: Tally): void {
    this.#parts.ledger.drop(reason, sources.length)
    const why = `${reason === 'too_large' ? 'too large' : 'refused'}: ${'why' in outcome ? outcome.why : ''}`
    for (const source of sources) tally.lose(source, why)
  }
}
