import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ATTRIBUTE_NAMES } from '../../src/translate/attributes.js'
import { translateLogRecord } from '../../src/translate/log-record.js'
import type { LogRecordLike, SpanEventLike, SpanLike } from '../../src/translate/otel.js'
import { toPlain } from '../../src/translate/plain.js'
import { translateResource } from '../../src/translate/resource.js'
import { translateExceptionEvent } from '../../src/translate/span.js'
import { spanBreadcrumb } from '../../src/translate/span-breadcrumb.js'
import { spanRequestEntry } from '../../src/translate/span-request.js'
import { isLevel } from '../../src/wire/level.js'
import type { Log } from '../../src/wire/log.js'
import { leaves, logRecord, SPAN_ID, span, TRACE_ID, texts } from './support.js'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  }),
  fc.constantFrom(Number.NaN, Infinity, '\ud800', 2n ** 70n, Symbol('s'), () => 1, new Error('e')),
)

/** Values that throw when they are touched in one way or another, but not by the tests that make them. */
let armed = false

const hostile = fc.constantFrom('get', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'has').map(
  (trap) =>
    new Proxy({ a: 1 } as object, {
      [trap](...touched: unknown[]) {
        if (armed) throw new Error(`no ${trap}`)
        return Reflect.apply(Reflect[trap as 'get'], undefined, touched)
      },
    }),
)

function armedly<T>(run: () => T): T {
  armed = true
  try {
    return run()
  } finally {
    armed = false
  }
}

const translate = (value: unknown): Log => armedly(() => translateLogRecord(value as LogRecordLike, {}))

const name = fc.oneof(
  fc.constantFrom(
    ...ATTRIBUTE_NAMES,
    ...[
      'lognitor',
      'lognitor.user',
      'lognitor.perf',
      'lognitor.perf.rows',
      'lognitor.metadata.x',
      'device.id',
    ],
    ...[
      'body',
      'error.code',
      'otel.scope.name',
      '__proto__',
      'constructor',
      'toJSON',
      'device.',
      'lognitor.',
    ],
  ),
  fc.string({ maxLength: 8 }),
)

const attributes = fc
  .array(
    fc.tuple(
      name,
      fc.oneof({ weight: 3, arbitrary: fc.string() }, { weight: 3, arbitrary: anything }, hostile),
    ),
  )
  .map((entries) => {
    const record: Record<string, unknown> = {}
    for (const [key, value] of entries) {
      Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true })
    }
    return record
  })

const time = fc.oneof(fc.tuple(fc.integer(), fc.integer({ min: 0, max: 999_999_999 })), anything, hostile)

const record = fc.record(
  {
    hrTime: time,
    hrTimeObserved: time,
    spanContext: fc.oneof(fc.constant({ traceId: TRACE_ID, spanId: SPAN_ID }), anything, hostile),
    severityText: fc.oneof(fc.constantFrom('WARN', 'panic', 'AUDIT'), anything),
    severityNumber: fc.oneof(fc.integer({ min: 0, max: 25 }), anything),
    body: fc.oneof(fc.string(), anything, hostile),
    eventName: fc.oneof(fc.string(), anything),
    resource: anything,
    instrumentationScope: fc.oneof(fc.constant({ name: 'pay' }), anything, hostile),
    attributes: fc.oneof({ weight: 5, arbitrary: attributes }, anything, hostile),
    droppedAttributesCount: anything,
  },
  { requiredKeys: [] },
)

function expectLegal(log: Log): void {
  expect(isLevel(log.level)).toBe(true)
  expect(log.message).not.toBe('')
  expect(log.timestamp).toMatch(ISO)
  expect(JSON.parse(JSON.stringify(log))).toEqual(log)
  for (const text of texts(log)) expect(Buffer.from(text).toString()).toBe(text)
}

/** Everything an attribute said, however it was put. */
function expectNothingLost(given: Record<string, unknown>, log: Log): void {
  const kept = leaves(log)
  for (const [key, value] of Object.entries(given)) {
    for (const leaf of leaves(armedly(() => toPlain(value)) ?? [])) {
      const found = kept.some(
        (text) => text === leaf || (leaf !== '' && text.includes(leaf.replace(/^\?/, ''))),
      )
      // A time is written in our own form.
      if (!found && !(key === 'lognitor.timestamp' && log.timestamp === new Date(leaf).toISOString())) {
        expect.fail(`${key}: ${leaf} is not in ${JSON.stringify(log)}`)
      }
    }
  }
}

describe('any log record', () => {
  it('becomes a legal log', () => {
    fc.assert(
      fc.property(fc.oneof(record, anything, hostile), (value) => {
        expectLegal(translate(value))
      }),
      { numRuns: 1000 },
    )
  })

  it('is left as it was', () => {
    fc.assert(
      fc.property(record, (value) => {
        const before = fc.stringify(value)
        translate(value)
        expect(fc.stringify(value)).toBe(before)
      }),
    )
  })

  it('loses none of its attributes', () => {
    fc.assert(
      fc.property(attributes, fc.integer({ min: 0, max: 24 }), (given, severityNumber) => {
        const log = translate(logRecord({ attributes: given, severityNumber, body: { b: 'body' } }))
        expectLegal(log)
        expectNothingLost(given, log)
      }),
      { numRuns: 1000 },
    )
  })

  it('does not see what another one said', () => {
    fc.assert(
      fc.property(attributes, (given) => {
        const resource = { service: 's', deploy: { commit: 'c' }, metadata: { 'cloud.region': 'r' } }
        armedly(() => translateLogRecord(logRecord({ attributes: given }), resource))
        expect(resource).toStrictEqual({
          service: 's',
          deploy: { commit: 'c' },
          metadata: { 'cloud.region': 'r' },
        })
        expect(translateLogRecord(logRecord({ body: 'x' }), resource).metadata).toStrictEqual(
          resource.metadata,
        )
      }),
    )
  })
})

describe('any span', () => {
  const spans = fc.record({ kind: fc.integer({ min: 0, max: 4 }), attributes, name: fc.string() })

  it('becomes a legal error log, breadcrumb and request entry, or none', () => {
    fc.assert(
      fc.property(spans, fc.record({ time, attributes: fc.oneof(attributes, anything) }), (given, event) => {
        const of = span(given as Partial<SpanLike>)
        const recorded = { name: 'exception', ...event } as SpanEventLike
        expectLegal(armedly(() => translateExceptionEvent(of, recorded, {})))
        for (const made of armedly(() => [spanBreadcrumb(of), spanRequestEntry(of, {})])) {
          if (made === undefined) continue
          expect(JSON.parse(JSON.stringify(made))).toEqual(made)
          expect(made.timestamp).toMatch(ISO)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('loses none of its attributes, nor of its event’s', () => {
    fc.assert(
      fc.property(spans, attributes, (given, ofEvent) => {
        const event = { name: 'exception', time: [1, 0] as const, attributes: ofEvent }
        const log = armedly(() => translateExceptionEvent(span(given as Partial<SpanLike>), event, {}))
        expectNothingLost(given.attributes, log)
        expectNothingLost(ofEvent, log)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('any resource', () => {
  it('becomes fields that survive JSON', () => {
    fc.assert(
      fc.property(fc.oneof(attributes, anything, hostile), fc.boolean(), (given, allAttributes) => {
        const fields = armedly(() => translateResource(given as Record<string, unknown>, { allAttributes }))
        expect(JSON.parse(JSON.stringify(fields))).toEqual(fields)
      }),
    )
  })
})
