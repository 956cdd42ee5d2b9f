import { translateLogRecord } from '../translate/log-record.js'
import type { LogRecordLike, SpanLike } from '../translate/otel.js'
import type { ResourceFields } from '../translate/resource.js'
import { translateExceptionEvent } from '../translate/span.js'
import { TooMuchError } from './decode/decode-error.js'

/** What the logs and request entries of a body may repeat, in bytes: so much, and several times the body itself. */
const FREE_BYTES = 128 * 1024 * 1024
const TIMES_BODY = 4

/** What all items of one group share. */
type Place = Pick<LogRecordLike, 'resource' | 'instrumentationScope'>

/**
 * Counts the bytes that the logs and request entries of a body repeat: fields of the resource and the scope, of a span
 * for each of its exceptions, and of the request that the span belongs to. Without a limit a body of a few hundred
 * bytes could make gigabytes. The bytes are counted before the first request to the service: a refusal in the midst of
 * them would mean that a part was sent in vain.
 */
export class Growth {
  readonly #fieldsOf: (resource: LogRecordLike['resource']) => ResourceFields
  #left: number
  #last: Place | undefined
  #lastBytes = 0

  /**
   * @param bodyBytes length of the decompressed body
   * @param fieldsOf translates a resource
   */
  constructor(bodyBytes: number, fieldsOf: (resource: LogRecordLike['resource']) => ResourceFields) {
    this.#left = FREE_BYTES + TIMES_BODY * bodyBytes
    this.#fieldsOf = fieldsOf
  }

  /** Counts the logs of so many records of one place. @throws {TooMuchError} */
  records(place: Place, count: number): void {
    if (!this.#isSamePlace(place)) {
      const { resource, instrumentationScope } = place
      const bare = { ...NO_RECORD, resource, instrumentationScope }
      this.#lastBytes = bytesOf(() => translateLogRecord(bare, this.#fieldsOf(resource), unknownTime))
    }
    this.add(this.#lastBytes, count)
  }

  /** Counts the logs of a span's exceptions. @throws {TooMuchError} */
  exceptions(span: SpanLike, count: number): void {
    const fields = this.#fieldsOf(span.resource)
    const bytes = bytesOf(() => translateExceptionEvent(span, NO_EVENT, fields, unknownTime))
    this.add(bytes, count)
  }

  /** Counts the request entry of a server span. @throws {TooMuchError} */
  requestEntry(span: SpanLike): void {
    if (!this.#isSamePlace(span)) this.#lastBytes = bytesOf(() => this.#fieldsOf(span.resource))
    this.add(this.#lastBytes, 1)
  }

  /** @throws {TooMuchError} when that is too much */
  add(bytes: number, times: number): void {
    this.#left -= bytes * times
    if (this.#left >= 0) return
    throw new TooMuchError('The logs of this body would repeat too much of its resources, scopes and spans.')
  }

  /** Items of one group share resource and scope, so the bytes are counted once for the group. */
  #isSamePlace(item: Place): boolean {
    const last = this.#last
    this.#last = item
    return (
      last !== undefined &&
      last.resource === item.resource &&
      last.instrumentationScope === item.instrumentationScope
    )
  }
}

const NO_EVENT = { name: 'exception', time: [0, 0] as const }
const NO_RECORD: Omit<LogRecordLike, 'resource' | 'instrumentationScope'> = {
  hrTime: [0, 0],
  hrTimeObserved: [0, 0],
  attributes: {},
  droppedAttributesCount: 0,
}
const unknownTime = () => 0

/** Length of the JSON; 0 for what cannot be made, which is not sent either. */
export function bytesOf(make: () => unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(make()) ?? '')
  } catch {
    return 0
  }
}
