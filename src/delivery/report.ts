import { warnOnce } from '../config/errors.js'
import type { SelfLog } from '../diagnostics/self-log.js'
import type { Rejection } from '../wire/answer.js'
import type { Fate } from './fate.js'
import type { SampleRates } from './http/outcome.js'
import type { Posted } from './http/post.js'
import type { DeliveryMetrics } from './metrics.js'

export interface ReportParts {
  readonly selfLog: SelfLog
  readonly metrics: DeliveryMetrics
  readonly onSampleRates: (rates: SampleRates) => void
  /** Delivery works again after `count` entries had to make room. */
  readonly onRecovered: (count: number) => void
  /** Where Lognitor is looked for. */
  readonly address: () => string
  /** Entries that are not delivered. */
  readonly waiting: () => number
}

/** A connection may fail now and then. */
const FAILURES_BEFORE_WARNING = 3

/** What delivery tells others: metrics, warnings, the service's sample rates, and what an outage cost. */
export class DeliveryReport {
  readonly #parts: ReportParts
  #lost = 0
  /** Posts in a row that the network has failed. */
  #unanswered = 0

  constructor(parts: ReportParts) {
    this.#parts = parts
  }

  /** @param logs whose delivery has begun and not ended */
  underWay(logs: number): void {
    this.#parts.metrics.inFlight(logs)
  }

  /** @param isCurrent whether it went where logs go now: what another project asks for does not concern them */
  answered(path: string, count: number, posted: Posted, fate: Fate, isCurrent: boolean): void {
    const { outcome, sampleRates, isOutage } = posted
    this.#unanswered = isOutage ? this.#unanswered + 1 : 0
    if (this.#unanswered >= FAILURES_BEFORE_WARNING && outcome.kind === 'retryable')
      this.#warnUnreachable(outcome.why)
    if (path === '/ingest') this.#parts.metrics.exported(count, fate)
    if (sampleRates && isCurrent) this.#parts.onSampleRates(sampleRates)
    if (outcome.kind === 'sent') {
      this.#parts.selfLog(`POST ${path}: ${count} entries taken`)
      this.#recovered()
    } else {
      this.#parts.selfLog.warn(`POST ${path} with ${count} entries: ${outcome.why}`)
    }
    if (!isCurrent) return
    if (outcome.kind === 'unauthorized') {
      warnOnce(
        'LOGNITOR_KEY_REFUSED',
        `Lognitor refused the API key (${outcome.why}). Logs are held within the queue; one batch a minute asks again.`,
      )
    }
    if (outcome.kind === 'wrong_address') {
      warnOnce(
        'LOGNITOR_WRONG_ADDRESS',
        `The address in apiUrl does not answer like Lognitor (${outcome.why}). Logs are held within the queue; one batch a minute asks again.`,
      )
    }
  }

  rejected(path: string, rejections: readonly Rejection[]): void {
    for (const { index, code, field, message } of rejections.slice(0, 3)) {
      this.#parts.selfLog.warn(
        `POST ${path}: entry ${index} was rejected: ${code} ${field ?? ''}: ${message}`,
      )
    }
  }

  /** Entries that had to make room for newer ones. */
  lost(count: number): void {
    this.#lost += count
  }

  #warnUnreachable(why: string): void {
    const { address, waiting } = this.#parts
    warnOnce(
      'LOGNITOR_UNREACHABLE',
      `Lognitor cannot be reached at ${address()} (${why}). ${waiting()} logs and requests wait within the queue, and it is tried on. ` +
        'Check LOGNITOR_API_URL, the proxy and the firewall; npx lognitor doctor tells which.',
    )
  }

  #recovered(): void {
    if (this.#lost === 0) return
    const lost = this.#lost
    this.#lost = 0
    this.#parts.onRecovered(lost)
  }
}
