import { AsyncResource } from 'node:async_hooks'
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import type { Clock, TimerHandle } from '../clock.js'
import { warnOnce } from '../errors.js'
import { hideKey } from '../hide-key.js'
import type { Transport, TransportAnswer } from '../wire/transport.js'
import { describeError, isNetworkError, networkError, ProxyRefusalError } from './network-error.js'
import { type Outcome, readAnswer, readSampleRates, type SampleRates } from './outcome.js'
import { checkAnswer } from './transport-answer.js'

const REQUEST_TIMEOUT_MS = 10_000

/** The key under which OpenTelemetry's SDKs look before they trace; equal in all of their versions. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

export interface UploaderParts {
  readonly transport: Transport
  readonly clock: Clock
  readonly userAgent: string
  /** Asked at each request, since the key may change. */
  readonly apiKey: () => string
}

export interface Upload {
  readonly outcome: Outcome
  readonly sampleRates?: SampleRates | undefined
  readonly answer?: TransportAnswer
  /** There is no answer, and the network is why. */
  readonly isOutage?: boolean
}

export interface Uploader {
  /** One POST of JSON, never repeated, never rejecting. The key goes along unless told otherwise. */
  post(path: string, body: Uint8Array, options?: { withKey?: boolean }): Promise<Upload>
  /** Runs what belongs to delivery where neither tracing nor the current request's state can see it. */
  outside<T>(fn: () => T): T
  close(): Promise<void>
}

export function createUploader({ transport, clock, userAgent, apiKey }: UploaderParts): Uploader {
  // Sockets and timers remember the context they were made in: without this, a pooled connection would hold
  // on to the first request that used it, and every async local store of the application with it.
  const home = new AsyncResource('LognitorDelivery')
  const untraced = ROOT_CONTEXT.setValue(SUPPRESSED, true)
  const outside = <T>(fn: () => T): T => home.runInAsyncScope(() => context.with(untraced, fn))

  async function post(path: string, body: Uint8Array, withKey: boolean): Promise<Upload> {
    const headers: Record<string, string> = { 'content-type': 'application/json', 'user-agent': userAgent }
    const key = apiKey()
    if (withKey) headers['x-api-key'] = key
    const patience = new AbortController()
    const { signal } = patience
    let timer: TimerHandle
    try {
      const tooLate = new Promise<never>((_, reject) => {
        timer = clock.setTimer(() => {
          // First of all for a transport that does not listen to the signal.
          reject(networkError('ETIMEDOUT', 'No answer in time'))
          patience.abort()
        }, REQUEST_TIMEOUT_MS)
      })
      const sending = transport.send({ path, headers, body, signal })
      const checked = checkAnswer(await Promise.race([sending, tooLate]))
      if (checked.fault !== undefined) tellFault(checked.fault)
      const answer = withoutKey(checked.answer, key)
      return { outcome: readAnswer(answer, clock.now()), sampleRates: readSampleRates(answer), answer }
    } catch (error) {
      return { outcome: readFailure(error, key), isOutage: isNetworkError(error) }
    } finally {
      clock.clearTimer(timer)
    }
  }

  return {
    post: (path, body, { withKey = true } = {}) => outside(() => post(path, body, withKey)),
    outside,
    close: async () => {
      try {
        await outside(() => transport.close?.())
      } catch {
        // Nothing more will be sent; how the transport ends is its own affair.
      }
    },
  }
}

/** Some answer with what they were asked, and parts of answers are told to whoever debugs. */
function withoutKey(answer: TransportAnswer, key: string): TransportAnswer {
  const body = hideKey(answer.body, key)
  return body === answer.body ? answer : { ...answer, body }
}

/** What became of a request without an answer. What no network is the reason of is told at once, and tried again. */
function readFailure(error: unknown, key: string): Outcome {
  const why = hideKey(describeError(error), key)
  // A proxy that wants other credentials, or lets nobody through to this address: time does not mend that.
  if (error instanceof ProxyRefusalError && error.status >= 400 && error.status < 500)
    return { kind: 'wrong_address', why }
  if (!isNetworkError(error)) tellFault(why)
  return { kind: 'retryable', why }
}

/** Once for each cause; numbers in it, such as ports and ids, make no other one. */
function tellFault(why: string): void {
  warnOnce(
    'LOGNITOR_TRANSPORT_FAULT',
    `A request to Lognitor failed here, and not in the network: ${why}. What it carried is not lost: it is held within the queue and tried again. Mend the option transport if it is set; else see to the options apiUrl, apiKey and proxy, and to the runtime, which may lack a module of Node.`,
    why.replace(/\d+/g, '#'),
  )
}
