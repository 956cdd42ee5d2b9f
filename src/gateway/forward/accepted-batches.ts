import type { PartialSuccess } from './partial-success.js'

/** Batches that the service has accepted, or refused for good, by name, with what is lost of each. */
export type AcceptedBatches = ReadonlyMap<string, PartialSuccess>

const MOST_EXPORTS = 256
const MOST_BATCHES = 20_000

/**
 * Remembers the accepted batches of exports of which the rest has to be sent again. The repeat sends the rest alone: an
 * export that takes longer than one attempt may last would otherwise start from its beginning each time, and never end. No data is
 * stored, and nothing counts as delivered that was not accepted.
 */
export class AcceptedOfExports {
  readonly #exports = new Map<string, AcceptedBatches>()
  #batches = 0

  /** What earlier attempts of this export have delivered. */
  of(exportId: string): AcceptedBatches | undefined {
    return this.#exports.get(exportId)
  }

  /** Adds what another attempt has delivered. */
  add(exportId: string, accepted: AcceptedBatches): void {
    const all = new Map([...(this.#exports.get(exportId) ?? []), ...accepted])
    this.forget(exportId)
    if (all.size === 0) return
    this.#exports.set(exportId, all)
    this.#batches += all.size
    while (this.#exports.size > MOST_EXPORTS || this.#batches > MOST_BATCHES) {
      this.forget(this.#exports.keys().next().value as string)
    }
  }

  /** Called when the whole export has been delivered. */
  forget(exportId: string): void {
    this.#batches -= this.#exports.get(exportId)?.size ?? 0
    this.#exports.delete(exportId)
  }
}
