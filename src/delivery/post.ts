import { type Clock, setImmediate, type TimerHandle } from '../clock.js'
import { hideKey } from '../hide-key.js'
import type { TransportAnswer, TransportRequest } from '../wire/transport.js'
import { isUntaken, type Outcome, readAnswer, readSampleRates, type SampleRates } from './outcome.js'

const REQUEST_TIMEOUT_MS = 10_000

/** A {@link Transport}. The one of this package also says how far a request has come. */
export interface WatchedTransport {
  /** @param onWritten called with true when the operating system has the whole request, with false when it broke off */
  send(request: TransportRequest, onWritten?: (isWritten: boolean) => void): Promise<TransportAnswer>
  close?(): Promise<void> | void
}

export interface PostRequest {
  readonly path: string
  readonly body: Uint8Array
  /** Undefined where the address alone is known to nobody else, as with a ping. */
  readonly apiKey: string | undefined
  readonly userAgent: string
  /** Default 10 s. */
  readonly timeoutMs?: number
  readonly onWritten?: ((isWritten: boolean) => void) | undefined
}

/** What became of one POST. */
export interface Posted {
  readonly outcome: Outcome
  readonly sampleRates?: SampleRates | undefined
  /** Undefined when there was no answer. */
  readonly status?: number
}

/** One POST of JSON, never repeated, never rejecting. */
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
      timer = clock.setTimer(() => {
        // Timers run before sockets are read: after a blocked event loop the answer may be there and unread. An
        // immediate runs after the sockets.
        setImmediate(() => {
          if (hasEnded) return
          // First of all for a transport that does not listen to the signal.
          reject(new Error('No answer in time'))
          abort.abort()
        })
      }, timeoutMs)
    })
    const sending = transport.send({ path, headers, body, signal: abort.signal }, onWritten)
    const answer = withoutKey(await Promise.race([sending, tooLate]), apiKey ?? '')
    return {
      outcome: readAnswer(answer, clock.now()),
      sampleRates: readSampleRates(answer),
      status: answer.status,
    }
  } catch (error) {
    const outcome = { kind: 'retryable', why: describe(error) } as const
    return { outcome: isUntaken(error) ? { ...outcome, isUntaken: true } : outcome }
  } finally {
    hasEnded = true
    clock.clearTimer(timer)
  }
}

/** Some answer with what they were asked, and parts of answers are told to whoever debugs. */
function withoutKey(answer: TransportAnswer, key: string): TransportAnswer {
  const body = hideKey(answer.body, key)
  return body === answer.body ? answer : { ...answer, body }
}

/** An error's code and message, cut short. They name addresses, never headers, so never a key. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 200)
  const { code } = error as NodeJS.ErrnoException
  return `${code === undefined ? '' : `${code} `}${error.message}`.slice(0, 200)
}
