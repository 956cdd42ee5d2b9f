import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../common/clock.js'
import { Admission, type Admitted } from './admission.js'
import { stableIdsOf } from './body-ids.js'
import { callerCheck, callersKey } from './callers.js'
import { decodeLogs, decodeSpans, type Encoding } from './decode/decode.js'
import { DecodeError, TooMuchError } from './decode/decode-error.js'
import { keepingItems } from './decode/kept-items.js'
import { forceGcAfter } from './force-gc.js'
import type { Held } from './forward/delivery.js'
import { forwardLogs } from './forward/forward-logs.js'
import { forwardSpans } from './forward/forward-spans.js'
import type { ForwardedExport } from './forward/forwarded-export.js'
import type { Forwarder } from './forward/forwarder.js'
import { Semaphore } from './forward/semaphore.js'
import type { GatewaySettings } from './gateway-options.js'
import { type Body, CallerGoneError, FULL, readBody } from './read-body.js'
import { comeAgain, type Reply, type Signal, TAKEN, writeReply } from './reply.js'
import { RequestMemory } from './request-memory.js'

const MOST_PRODUCERS = 32
const CROWDED = comeAgain(503, 'The gateway has reached its limit of requests at one time.', 2000)

/** Serves export requests, from the body to the answer, which depends on Lognitor's answer. */
export class Exports {
  readonly admission: Admission
  readonly answers: Record<string, number> = {}
  logRecords = 0
  spans = 0
  bytes = 0
  readonly #settings: GatewaySettings
  readonly #forwarder: Forwarder
  readonly #onFull: () => void
  readonly #clock: Clock
  /** Limits how many exports create logs at one time. The others wait and hold no more than their body. */
  readonly #producers = new Semaphore(MOST_PRODUCERS)
  readonly #mayCall: (request: IncomingMessage) => boolean

  /** @param onFull called when a caller has to retry because there was no room */
  constructor(settings: GatewaySettings, forwarder: Forwarder, clock: Clock, onFull: () => void) {
    this.#clock = clock
    this.#onFull = onFull
    this.#settings = settings
    this.#forwarder = forwarder
    this.#mayCall = callerCheck(settings.authTokens)
    this.admission = new Admission(settings.maxInFlightRequests, settings.maxInFlightBytes, clock)
  }

  /** Serves one export. Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse, signal: Signal): Promise<void> {
    const encoding = encodingOf(request)
    const memory = new RequestMemory(this.#forwarder.slabs)
    let admitted: Admitted | undefined
    let reply: Reply
    try {
      const refusal = this.#refusal(request, encoding)
      const key = refusal === undefined ? this.#keyOf(request) : undefined
      if (refusal !== undefined) reply = unread(request, refusal)
      else if (typeof key === 'object') reply = unread(request, key)
      else {
        admitted = this.admission.enter(() => request.destroy())
        if (admitted === undefined) reply = unread(request, CROWDED)
        else {
          const body = await readBody(request, this.#settings.maxBodyBytes, admitted, memory, this.#clock)
          if (!('bytes' in body)) reply = body
          else if (!admitted.start()) reply = CROWDED
          else reply = await this.#deliver(response, signal, encoding ?? 'json', key, body, admitted, memory)
        }
      }
    } catch (error) {
      if (error instanceof CallerGoneError) return
      reply = failed(error)
      if (reply.status === 503) this.#forwarder.selfLog.warn(`an export could not be served: ${error}`)
    } finally {
      memory.giveBack()
      admitted?.leave()
      forceGcAfter(admitted?.bytes ?? 0)
    }
    if (reply === CROWDED || reply === FULL) this.#onFull()
    const answer = `${signal} ${reply.status}`
    this.answers[answer] = (this.answers[answer] ?? 0) + 1
    writeReply(response, reply, signal, encoding ?? 'json')
  }

  /** The answer to a request that is refused before its body is read; undefined when the request is accepted. */
  #refusal(request: IncomingMessage, encoding: Encoding | undefined): Reply | undefined {
    if (!this.#mayCall(request)) {
      return {
        status: 401,
        message: "Authorization: Bearer with one of the gateway's tokens is needed.",
        headers: { 'www-authenticate': 'Bearer' },
      }
    }
    if (encoding !== undefined) return undefined
    return { status: 415, message: 'Content-Type must be application/x-protobuf or application/json.' }
  }

  /**
   * The key to deliver with. A reply instead when nothing can be sent under that key, and the body need not be read.
   */
  #keyOf(request: IncomingMessage): string | undefined | Reply {
    const { passThroughKey, shared } = this.#settings
    const own = passThroughKey ? callersKey(request) : undefined
    const key = own ?? shared.apiKey
    // Not a 401, which would make a Collector drop its data: the operator can correct the key.
    if (own === null) return comeAgain(503, 'The header X-API-Key does not hold a valid key.', 60_000)
    if (key === undefined && shared.transport === undefined) {
      return comeAgain(
        503,
        'The header X-API-Key is missing: this gateway delivers with the keys of its callers.',
        60_000,
      )
    }
    const hold = this.#forwarder.holdOf(key)
    return hold === undefined ? key : held(hold)
  }

  async #deliver(
    response: ServerResponse,
    signal: Signal,
    encoding: Encoding,
    key: string | undefined,
    { bytes: body, hash }: Body,
    admitted: Admitted,
    memory: RequestMemory,
  ): Promise<Reply> {
    const { passThroughKey } = this.#settings
    this.bytes += body.length
    let isGone = false
    response.on('close', () => {
      isGone = !response.writableFinished
    })
    let begun: ForwardedExport | undefined
    const newExport = (): ForwardedExport => {
      const forwarded = this.#forwarder.forward(stableIdsOf(hash, signal, passThroughKey ? key : ''), key)
      response.on('close', () => {
        if (!response.writableFinished) forwarded.cancel()
      })
      if (isGone) forwarded.cancel()
      begun = forwarded
      return forwarded
    }
    const produce = () =>
      signal === 'logs'
        ? this.#logs(body, encoding, newExport, memory)
        : this.#spans(body, encoding, newExport, admitted)
    const result = await this.#producers.run(produce).catch(async (error) => {
      // What has been sent of the export ends before its caller learns of the failure, and its memory comes back.
      begun?.cancel()
      await begun?.finish(0)
      throw error
    })
    if (result === undefined) return FULL
    const { count, forwarded } = result
    const delivery = await forwarded.finish(count)
    if (delivery.kind === 'held') return held(delivery)
    if (delivery.rejected === 0) return TAKEN
    const message = `${delivery.rejected} of ${count} were rejected: ${delivery.reasons.join('; ')}`
    return { status: 200, rejected: delivery.rejected, message }
  }

  async #logs(body: Buffer, encoding: Encoding, newExport: () => ForwardedExport, memory: RequestMemory) {
    const { allResourceAttributes } = this.#settings.shared
    const decoded = await decodeLogs(body, encoding, this.#forwarder.templates, memory)
    const result = await keepingItems(decoded, body.length, (records) =>
      forwardLogs(records, newExport, allResourceAttributes, body.length),
    )
    this.logRecords += result.count
    return result
  }

  async #spans(body: Buffer, encoding: Encoding, newExport: () => ForwardedExport, admitted: Admitted) {
    const { includeQuery, trustProxy, shared } = this.#settings
    const { allResourceAttributes } = shared
    const settings = { allResourceAttributes, includeQuery, trustProxy }
    const hold = (bytes: number) => admitted.grow(bytes)
    const decoded = await decodeSpans(body, encoding)
    const result = await keepingItems(decoded, body.length, (spans) =>
      forwardSpans(spans, newExport, settings, hold, body.length),
    )
    this.spans += result?.count ?? 0
    return result
  }
}

function encodingOf({ headers }: IncomingMessage): Encoding | undefined {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/x-protobuf') return 'protobuf'
  return type === 'application/json' ? 'json' : undefined
}

/** Discards the body as it arrives. */
function unread(request: IncomingMessage, reply: Reply): Reply {
  request.resume()
  return reply
}

function held({ status, retryAfterMs, why, isTooMuch }: Held): Reply {
  // A sender that keeps the data would send it for ever.
  if (isTooMuch === true) return { status: 413, message: `${why}.` }
  return comeAgain(status, why, retryAfterMs)
}

function failed(error: unknown): Reply {
  if (error instanceof DecodeError) return { status: 400, message: error.message }
  if (error instanceof TooMuchError) return { status: 413, message: error.message }
  // A failure of the gateway can be mended, so the sender should keep its data.
  return comeAgain(503, 'The gateway failed.', 30_000)
}
