/**
 * OpenTelemetry's objects, as this package reads them. These are interfaces of our own, because two copies of an SDK
 * class are not assignable to each other and two shapes are: the objects of SDK 2.x and 3.x both fit.
 */

/** Seconds and nanoseconds since 1970. */
export type HrTime = readonly [number, number]

export type AttributesLike = Readonly<Record<string, unknown>>

export interface SpanContextLike {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags?: number | undefined
}

export interface InstrumentationScopeLike {
  readonly name: string
  readonly version?: string | undefined
  readonly attributes?: AttributesLike | undefined
}

export interface ResourceLike {
  readonly attributes: AttributesLike
  /** While true, `attributes` must not be read. */
  readonly asyncAttributesPending?: boolean | undefined
  waitForAsyncAttributes?(): Promise<void>
}

export interface LogRecordLike {
  readonly hrTime: HrTime
  readonly hrTimeObserved: HrTime
  readonly spanContext?: SpanContextLike | undefined
  readonly severityText?: string | undefined
  readonly severityNumber?: number | undefined
  /** The SDK does not validate the body, so it may be any value. */
  readonly body?: unknown
  readonly eventName?: string | undefined
  readonly resource: ResourceLike
  readonly instrumentationScope: InstrumentationScopeLike
  readonly attributes: AttributesLike
  readonly droppedAttributesCount: number
}

export interface SpanEventLike {
  readonly name: string
  readonly time: HrTime
  readonly attributes?: AttributesLike | undefined
  readonly droppedAttributesCount?: number | undefined
}

export interface SpanLike {
  readonly name: string
  /** 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  readonly kind: number
  spanContext(): SpanContextLike
  readonly parentSpanContext?: SpanContextLike | undefined
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly duration: HrTime
  readonly ended: boolean
  /** `code`: 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: number; readonly message?: string | undefined }
  readonly attributes: AttributesLike
  readonly events: readonly SpanEventLike[]
  readonly resource: ResourceLike
  readonly instrumentationScope: InstrumentationScopeLike
  readonly droppedAttributesCount: number
  readonly droppedEventsCount: number
  readonly droppedLinksCount: number
}

/** The values of OpenTelemetry's `SpanKind`. */
export const SPAN_KIND = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const

/** `SpanStatusCode.ERROR`. */
export const STATUS_ERROR = 2
