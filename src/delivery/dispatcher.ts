import type { Clock } from '../common/clock.js'
import type { DropLedger } from '../diagnostics/drop-ledger.js'
import { LONGEST_BACKOFF_MS } from './backoff.js'
import type { Destination, Destinations } from './destination.js'
import { type Fate, fateOf } from './fate.js'
import type { Posted } from './http/post.js'
import type { InFlightBatch } from './in-flight-batch.js'
import type { DeliveryReport } from './report.js'

export interface DispatcherParts {
  readonly destinations: Destinations
  readonly ledger: DropLedger
  readonly report: DeliveryReport
  readonly clock: Clock
  readonly maxRetries: () => number
  /** Entries that will never be delivered. */
  readonly onLost: (reason: LossReason, count: number) => void
}

export type LossReason = 'rejected' | 'too_large' | 'bad_batch' | 'queue_full'

export interface Dispatcher {
  /**
   * Sends it once and carries out what becomes of it.
   * @param round as the destination's breaker gave it
   */
  dispatch(flight: InFlightBatch, round: number): Promise<void>
}

/** Sends a batch to its destination, and carries out its {@link Fate} in the queue. */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { destinations, ledger, report, clock, maxRetries, onLost } = parts

  async function dispatch(flight: InFlightBatch, round: number): Promise<void> {
    const { line, batch } = flight
    const destination = batch.destination as Destination
    batch.wasSent = true
    const posted = await destination.post(line.path, line.encode(batch), {
      onWritten: (isWritten) => {
        batch.writtenAt = isWritten ? clock.monotonic() : undefined
      },
    })
    batch.writtenAt = undefined
    // Whoever has taken it over counts it, too.
    if (!flight.isOpen) {
      destination.breaker.probeWasVoid(round)
      return
    }
    batch.attempts++
    const sent = { entries: batch.count, attempts: batch.attempts }
    const { knownEntries } = destination.limits[line.path]
    const fate = fateOf(posted.outcome, sent, { knownEntries, maxRetries: maxRetries() })
    const isCurrent = destination === destinations.current
    if (fate.kind === 'retry') retry(flight, destination, fate, round)
    else settle(flight, destination, fate, posted, round)
    report.answered(line.path, sent.entries, posted, fate, isCurrent)
  }

  function settle(
    flight: InFlightBatch,
    { breaker, limits }: Destination,
    fate: Exclude<Fate, { kind: 'retry' }>,
    { outcome }: Posted,
    round: number,
  ): void {
    const { line, batch } = flight
    const { count } = batch
    const its = limits[line.path]
    breaker.succeeded(round)
    switch (fate.kind) {
      case 'done':
        flight.finish()
        its.taken()
        ledger.take(line.path, count, fate.rejected)
        lose('rejected', fate.rejected)
        if (outcome.kind === 'sent' && fate.rejected > 0) report.rejected(line.path, outcome.rejections)
        return
      case 'halve':
        if (fate.reason === 'too_many') its.limitToKnown()
        else its.tooLarge(count, batch.bytes)
        if (flight.halve()) return
        flight.finish()
        lose(fate.reason === 'too_many' ? 'bad_batch' : 'too_large', count)
        return
      case 'drop':
        flight.finish()
        lose(fate.reason, count)
    }
  }

  function retry(
    flight: InFlightBatch,
    destination: Destination,
    { hold, retriesExhausted, mayBeTaken }: Fate & { kind: 'retry' },
    round: number,
  ): void {
    const { batch } = flight
    const { breaker } = destination
    batch.mayBeTaken ||= mayBeTaken
    batch.isLast = retriesExhausted
    const isOnlyThisOne = batch.attempts > 1 && retriesExhausted && breaker.reason === undefined
    if (isOnlyThisOne && hold.reason === 'backoff') {
      // Others were taken since it failed last: what fails is this batch, and it must hold up no others.
      batch.notBefore = clock.monotonic() + LONGEST_BACKOFF_MS
    } else {
      breaker.failed(hold, round)
    }
    const isBehind = destination !== destinations.current
    const isBound = isBehind && !release(batch, destinations.current)
    if (isBound && retriesExhausted && flight.isStored !== true) {
      // Its key or address is of the past and nobody else may have it: it would wait for ever.
      const { count } = batch
      flight.finish()
      lose('bad_batch', count)
      return
    }
    lose('queue_full', flight.putBack(retriesExhausted ? 'last' : 'first'))
  }

  function lose(reason: LossReason, count: number): void {
    if (count > 0) onLost(reason, count)
  }

  return { dispatch }
}

/**
 * Frees a batch from the destination before, as far as that is safe: where both lead to the same project, and where
 * the service certainly has nothing of it. Else somebody might get it twice, or another project's logs.
 * @returns whether it may go to the destination of now
 */
export function release(batch: InFlightBatch['batch'], current: Destination): boolean {
  const { destination } = batch
  if (destination === undefined || destination === current) return true
  if (destination.leadsWhere(current)) batch.destination = current
  else if (batch.mayBeTaken) return false
  else batch.unbind()
  return true
}
