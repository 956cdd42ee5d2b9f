import { counted } from '../common/counted.js'
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
  /** Delivery works again after `count` entries were dropped for lack of room. */
  readonly onRecovered: (count: number) => void
  /** The API address of the current destination. */
  readonly address: () => string
  /** Number of undelivered entries, in memory and in the spool. */
  readonly waiting: () => number
}

/** Single connection failures are normal and not warned of. */
const FAILURES_BEFORE_WARNING = 3

/** Reports delivery to metrics, warnings and the sampler, and counts the loss of an outage. */
export class DeliveryReport {
  readonly #parts: ReportParts
  #lost = 0
  /** Consecutive POSTs that failed in the network. */
  #unanswered = 0

  constructor(parts: ReportParts) {
    this.#parts = parts
  }

  /**
   * @param logs number of logs whose delivery has begun and not ended
   */
  underWay(logs: number): void {
    this.#parts.metrics.inFlight(logs)
  }

  /**
   * @param isCurrent whether the POST went to the current destination: the sample rates of another project do not apply
   */
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
        `Lognitor refused the API key (${outcome.why}). Logs wait in the queue; one batch a minute is sent as a probe. ` +
          'Set LOGNITOR_API_KEY, or the option apiKey, to a valid key of your project; reconfigure({ apiKey }) does so without a restart.',
      )
    }
    if (outcome.kind === 'wrong_address') {
      warnOnce(
        'LOGNITOR_WRONG_ADDRESS',
        `The address in apiUrl does not answer like Lognitor (${outcome.why}). Logs wait in the queue; one batch a minute is sent as a probe. ` +
          'Set LOGNITOR_API_URL, or the option apiUrl, to the address that ends in /api/v1, or unset it for https://api.lognitor.com/api/v1.',
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

  /** Counts entries that were dropped to make room for newer ones. */
  lost(count: number): void {
    this.#lost += count
  }

  #warnUnreachable(why: string): void {
    const { address, waiting } = this.#parts
    warnOnce(
      'LOGNITOR_UNREACHABLE',
      `Lognitor cannot be reached at ${address()} (${why}). ${counted(waiting(), 'log or request entry waits', 'logs and request entries wait')}, and delivery is retried. ` +
        'Check LOGNITOR_API_URL, the proxy and the firewall; npx lognitor doctor shows the cause.',
    )
  }

  #recovered(): void {
    if (this.#lost === 0) return
    const lost = this.#lost
    this.#lost = 0
    this.#parts.onRecovered(lost)
  }
}
