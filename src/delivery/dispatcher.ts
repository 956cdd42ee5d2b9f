import type { Clock } from '../common/clock.js'
import type { DropLedger } from '../diagnostics/drop-ledger.js'
import { LONGEST_BACKOFF_MS } from './backoff.js'
import type { Destination, Destinations } from './destination.js'
import { type Fate, fateOf } from './fate.js'
import type { Posted } from './http/post.js'
import type { InFlightBatch } from './in-flight-batch.js'
import { warnOfRefusal } from './refusal.js'
import type { DeliveryReport } from './report.js'

export interface DispatcherParts {
  readonly destinations: Destinations
  readonly ledger: DropLedger
  readonly report: DeliveryReport
  readonly clock: Clock
  readonly maxRetries: () => number
  /** Called for entries that will never be delivered. */
  readonly onLost: (reason: LossReason, count: number) => void
}

export type LossReason = 'rejected' | 'too_large' | 'bad_batch' | 'queue_full'

export interface Dispatcher {
  /**
   * Sends the batch once and applies the outcome to the queue.
   * @param round as returned by the destination's breaker
   */
  dispatch(flight: InFlightBatch, round: number): Promise<void>
}

/** Sends a batch to its destination and applies its {@link Fate} in the queue. */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { destinations, ledger, report, clock, maxRetries, onLost } = parts

  async function dispatch(flight: InFlightBatch, round: number): Promise<void> {
    const { queue, batch } = flight
    const destination = batch.destination as Destination
    batch.wasSent = true
    const posted = await destination.post(queue.path, queue.encode(batch), {
      onWritten: (isWritten) => {
        batch.writtenAt = isWritten ? clock.monotonic() : undefined
      },
    })
    batch.writtenAt = undefined
    // The exit sender, or the next process, has taken the batch over and counts it.
    if (!flight.isOpen) {
      destination.breaker.probeWasVoid(round)
      return
    }
    batch.attempts++
    const sent = { entries: batch.count, attempts: batch.attempts }
    const { knownEntries } = destination.limits[queue.path]
    const fate = fateOf(posted.outcome, sent, { knownEntries, maxRetries: maxRetries() })
    const isCurrent = destination === destinations.current
    if (fate.kind === 'retry') retry(flight, destination, fate, posted, round)
    else applyFate(flight, destination, fate, posted, round)
    report.answered(queue.path, sent.entries, posted, fate, isCurrent)
  }

  function applyFate(
    flight: InFlightBatch,
    { breaker, limits }: Destination,
    fate: Exclude<Fate, { kind: 'retry' }>,
    { outcome }: Posted,
    round: number,
  ): void {
    const { queue, batch } = flight
    const { count } = batch
    const its = limits[queue.path]
    breaker.succeeded(round)
    switch (fate.kind) {
      case 'done':
        flight.finish()
        its.taken()
        ledger.take(queue.path, count, fate.rejected)
        drop('rejected', fate.rejected)
        warnOfRefusal(queue.path, fate.rejected, outcome)
        if (outcome.kind === 'sent' && fate.rejected > 0) report.rejected(queue.path, outcome.rejections)
        return
      case 'halve':
        if (fate.reason === 'too_many') its.limitToKnown()
        else its.tooLarge(count, batch.bytes)
        if (flight.halve()) return
        flight.finish()
        drop(fate.reason === 'too_many' ? 'bad_batch' : 'too_large', count)
        warnOfRefusal(queue.path, count, outcome)
        return
      case 'drop':
        flight.finish()
        drop(fate.reason, count)
        warnOfRefusal(queue.path, count, outcome)
    }
  }

  function retry(
    flight: InFlightBatch,
    destination: Destination,
    { hold, retriesExhausted, mayBeTaken }: Fate & { kind: 'retry' },
    { outcome }: Posted,
    round: number,
  ): void {
    const { batch, queue } = flight
    const { breaker } = destination
    batch.mayBeTaken ||= mayBeTaken
    batch.isLast = retriesExhausted
    const isOnlyThisOne = batch.attempts > 1 && retriesExhausted && breaker.reason === undefined
    if (isOnlyThisOne && hold.reason === 'backoff') {
      // Other batches were accepted since the last failure. Only this batch fails, and it must not delay the others.
      batch.notBefore = clock.monotonic() + LONGEST_BACKOFF_MS
    } else {
      breaker.failed(hold, round)
    }
    const isBehind = destination !== destinations.current
    const isBound = isBehind && !release(batch, destinations.current)
    if (isBound && retriesExhausted && flight.isStored !== true) {
      // The batch is bound to a former key or address that keeps failing. No other destination may get it, so waiting
      // would never end.
      const { count } = batch
      flight.finish()
      drop('bad_batch', count)
      warnOfRefusal(queue.path, count, outcome)
      return
    }
    drop('queue_full', flight.putBack(retriesExhausted ? 'last' : 'first'))
  }

  function drop(reason: LossReason, count: number): void {
    if (count > 0) onLost(reason, count)
  }

  return { dispatch }
}

/**
 * Releases a batch from its former destination where that is safe: both belong to the same project, or the former one
 * has certainly not accepted the batch. Otherwise the logs could arrive twice, or in another project.
 * @returns whether the batch may go to the current destination
 */
export function release(batch: InFlightBatch['batch'], current: Destination): boolean {
  const { destination } = batch
  if (destination === undefined || destination === current) return true
  if (destination.hasSameTargetAs(current)) batch.destination = current
  else if (batch.mayBeTaken) return false
  else batch.unbind()
  return true
}
