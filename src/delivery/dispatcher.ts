import type { Ledger } from '../ledger.js'
import type { Gate } from './gate.js'
import type { Parcel } from './parcel.js'
import type { DeliveryReport } from './report.js'
import type { Upload, Uploader } from './uploader.js'

export interface DispatcherParts {
  readonly uploader: Uploader
  readonly gate: Gate
  readonly ledger: Ledger
  readonly report: DeliveryReport
  readonly maxRetries: () => number
  /** Entries that will never be delivered. */
  readonly onLost: (reason: LossReason, count: number) => void
}

export type LossReason = 'rejected' | 'too_large' | 'bad_batch' | 'queue_full'

export interface Dispatcher {
  /**
   * Sends it once and sees to what becomes of it.
   * @param round as the gate gave it
   */
  dispatch(parcel: Parcel, round: number): Promise<void>
}

/** The one place where an outcome turns into what happens to a batch. */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { uploader, gate, ledger, report, maxRetries, onLost } = parts

  function settle(parcel: Parcel, { outcome }: Upload, round: number): void {
    const { line, batch } = parcel
    switch (outcome.kind) {
      case 'sent': {
        gate.succeeded(round)
        parcel.finish()
        line.lane.grow()
        const rejected = Math.min(outcome.rejected, batch.count)
        ledger.take(line.path, batch.count, rejected)
        lose('rejected', rejected)
        if (rejected > 0) report.rejected(line.path, outcome.rejections)
        return
      }
      case 'too_large':
        gate.succeeded(round)
        if (parcel.halve()) return
        parcel.finish()
        lose('too_large', batch.count)
        return
      case 'refused':
        gate.succeeded(round)
        if (line.isBold(batch.count)) {
          // Perhaps it was only too many.
          line.beModest()
          if (parcel.halve()) return
        }
        parcel.finish()
        lose('bad_batch', batch.count)
        return
      default: {
        batch.attempts++
        // With any other outcome the service has said that it took nothing.
        if (outcome.kind === 'retryable') batch.mayBeTaken = true
        const isTired = batch.attempts > maxRetries()
        if (isTired) batch.attempts = 0
        gate.failed(outcome, round)
        lose('queue_full', parcel.putBack(isTired ? 'last' : 'first'))
      }
    }
  }

  function lose(reason: LossReason, count: number): void {
    if (count > 0) onLost(reason, count)
  }

  return {
    async dispatch(parcel, round) {
      const { line, batch } = parcel
      const upload = await uploader.post(line.path, line.frame(batch))
      // Whoever has taken it over counts it, too.
      if (!parcel.isOpen) return
      settle(parcel, upload, round)
      report.answered(line.path, batch.count, upload)
    },
  }
}
