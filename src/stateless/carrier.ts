import type { DeliveryMetrics } from '../delivery/metrics.js'
import type { Upload } from '../delivery/uploader.js'
import type { Ledger } from '../ledger.js'
import { type Held, heldBy } from './delivery.js'
import type { Observer } from './observer.js'
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
    const upload = await slots.run(
      async () => hold() ?? (await consignment.tenant.hold.enter()) ?? this.#post(parcel, consignment),
    )
    if ('kind' in upload) return upload
    const { outcome } = upload
    switch (outcome.kind) {
      case 'sent': {
        const rejected = Math.min(outcome.rejected, sources.length)
        tally.refuse(sources, outcome.rejections, outcome.rejected)
        ledger.take(parcel.path, sources.length, rejected)
        ledger.drop('rejected', rejected)
        return undefined
      }
      case 'refused':
        this.#lose('bad_batch', parcel, `refused: ${outcome.why}`, tally)
        return undefined
      case 'too_large': {
        if (sources.length === 1) {
          this.#lose('too_large', parcel, `too large: ${outcome.why}`, tally)
          return undefined
        }
        const [first, second] = parcel.halves()
        return (await this.carry(first, consignment)) ?? (await this.carry(second, consignment))
      }
      default:
        return heldBy(upload, random)
    }
  }

  async #post(parcel: Parcel, { seed, tenant }: Consignment): Promise<Upload> {
    const { metrics, observer } = this.#parts
    const logs = parcel.path === '/ingest' ? parcel.sources.length : 0
    this.#logsInFlight += logs
    metrics.inFlight(this.#logsInFlight)
    const upload = await tenant.uploader.post(parcel.path, parcel.body(seed.batchId(parcel.name)))
    this.#logsInFlight -= logs
    metrics.inFlight(this.#logsInFlight)
    if (logs > 0) metrics.exported(logs, upload.outcome)
    tenant.learn(upload)
    observer.answered(tenant.name, upload)
    return upload
  }

  #lose(reason: 'bad_batch' | 'too_large', { sources }: Parcel, why: string, tally: Tally): void {
    this.#parts.ledger.drop(reason, sources.length)
    for (const source of sources) tally.lose(source, why)
  }
}
