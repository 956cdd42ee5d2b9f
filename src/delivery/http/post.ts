import { afterSockets, type Clock, type TimerHandle } from '../../common/clock.js'
import { warnOnce } from '../../config/errors.js'
import { hideKey } from '../../config/hide-key.js'
import type { TransportAnswer, TransportRequest } from '../../wire/transport.js'
import { describeError, isNetworkError, networkError, ProxyRefusalError } from './network-error.js'
import { isUntaken, type Outcome, readAnswer, readSampleRates, type SampleRates } from './outcome.js'
import { checkAnswer } from './transport-answer.js'

const REQUEST_TIMEOUT_MS = 10_000
/** A timer that runs later than this, in ms, shows that the event loop was blocked. */
const LATE_MS = 100
/** Least time in ms for a request whose time was taken by a blocked event loop. */
const LEAST_GRACE_MS = 1_000

/** A {@link Transport}. The built-in one also reports how far a request has come. */
export interface WatchedTransport {
  /**
   * @param onWritten called with true when the operating system has the whole request, with false when the request has
   *   ended
   */
  send(request: TransportRequest, onWritten?: (isWritten: boolean) => void): Promise<TransportAnswer>
  close?(): Promise<void> | void
}

export interface PostRequest {
  readonly path: string
  readonly body: Uint8Array
  /** Undefined for requests without a key, such as pings, whose secret is the address. */
  readonly apiKey: string | undefined
  readonly userAgent: string
  /** Time limit for the answer, in ms. Default 10 000. */
  readonly timeoutMs?: number
  readonly onWritten?: ((isWritten: boolean) => void) | undefined
}

/** The result of one POST. */
export interface Posted {
  readonly outcome: Outcome
  readonly sampleRates?: SampleRates | undefined
  /** The HTTP status; undefined without an answer. */
  readonly status?: number
  /** There is no answer because of the network. */
  readonly isOutage?: boolean
}

/** Sends one POST of JSON, without retries. Never rejects. */
export async function post(
  transport: WatchedTransport,
  clock: Clock,
  { path, body, apiKey, userAgent, timeoutMs = REQUEST_TIMEOUT_MS, onWritten }: PostRequest,
): Promise<Posted> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'user-agent': userAgent }
  if (apiKey !== undefined) headers['x-api-key'] = apiKey
  const abort = new AbortController()
  let timer: TimerHandle
  let hasEnded = false
  try {
    const tooLate = new Promise<never>((_, reject) => {
      const dueAt = clock.monotonic() + timeoutMs
      timer = clock.setTimer(() => {
        const lateMs = clock.monotonic() - dueAt
        if (lateMs < LATE_MS) {
          giveUp()
          return
        }
        // The event loop was blocked. The request may not even have left, and a second one would reach the service in
        // addition to this one. It gets the time that it lost, once.
        timer = clock.setTimer(giveUp, Math.min(Math.max(lateMs, LEAST_GRACE_MS), timeoutMs))
      }, timeoutMs)
      const giveUp = afterSockets(() => {
        if (hasEnded) return
        // Rejects first, since the transport may ignore the signal.
        reject(networkError('ETIMEDOUT', 'No answer in time'))
        abort.abort()
      })
    })
    const sending = transport.send({ path, headers, body, signal: abort.signal }, onWritten)
    const checked = checkAnswer(await Promise.race([sending, tooLate]))
    if (checked.fault !== undefined) {
      tellFault(`Only the status of an answer could be read: ${checked.fault}. Correct the option transport.`)
    }
    const answer = withoutKey(checked.answer, apiKey)
    return {
      outcome: readAnswer(answer, clock.now()),
      sampleRates: readSampleRates(answer),
      status: answer.status,
    }
  } catch (error) {
    return { outcome: readFailure(error, apiKey), isOutage: isNetworkError(error) }
  } finally {
    hasEnded = true
    clock.clearTimer(timer)
  }
}

/** Some servers echo the request in the answer, and parts of answers are logged with `debug`. */
function withoutKey(answer: TransportAnswer, key: string | undefined): TransportAnswer {
  const body = hideKey(answer.body, key)
  return body === answer.body ? answer : { ...answer, body }
}

/**
 * The outcome of a request without an answer. A failure that the network did not cause is reported at once, and
 * retried.
 */
function readFailure(error: unknown, key: string | undefined): Outcome {
  const why = hideKey(describeError(error), key)
  // The proxy wants other credentials, or forbids this address. Retries soon would not help.
  if (error instanceof ProxyRefusalError && error.status >= 400 && error.status < 500)
    return { kind: 'wrong_address', why }
  if (!isNetworkError(error)) {
    tellFault(
      `A request to Lognitor failed in this process and not in the network: ${why}. Its data stays in the queue, and the request is retried. Correct the option transport if it is set. If it is not, check the options apiUrl, apiKey and proxy, and whether the runtime has Node's network modules.`,
    )
  }
  return isUntaken(error) ? { kind: 'retryable', isUntaken: true, why } : { kind: 'retryable', why }
}

/** Once for each cause; numbers in it, such as ports and ids, make no other one. */
function tellFault(message: string): void {
  warnOnce('LOGNITOR_TRANSPORT_FAULT', message, message.replace(/\d+/g, '#'))
}
