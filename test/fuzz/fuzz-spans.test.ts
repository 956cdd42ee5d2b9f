import type { SpanKind } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { type Attempt, CASES, feed, LONG_MS, watchedClient } from './fuzz.js'
import { hostile, type Recipe } from './hostile.js'

const NOON = [1795428000, 123_456_789]
let traces = 0

/** A span in the shape of an SDK's, of which any part may be replaced. */
function soundSpan(): Record<string, unknown> {
  const traceId = (++traces).toString(16).padStart(32, '0')
  const context = { traceId, spanId: '00f067aa0ba902b7', traceFlags: 1 }
  return {
    name: 'GET /orders',
    kind: 0,
    spanContext: () => context,
    startTime: NOON,
    endTime: NOON,
    duration: [0, 1000],
    ended: true,
    status: { code: 2, message: 'no' },
    attributes: { 'http.request.method': 'GET', 'url.full': 'https://example.com/?token=a' },
    events: [
      {
        name: 'exception',
        time: NOON,
        attributes: { 'exception.message': wordOf(traces), 'exception.type': 'E' },
      },
    ],
    resource: { attributes: { 'service.name': 'shop' } },
    instrumentationScope: { name: '@opentelemetry/instrumentation-express' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

/** Numbers as letters: two messages that differ only in digits would count as one error. */
function wordOf(count: number): string {
  return `boom ${count.toString(2).replaceAll('0', 'o').replaceAll('1', 'i')}`
}

const PARTS = Object.keys(soundSpan())
const EVENT_PARTS = ['event.name', 'event.time', 'event.attributes', 'event']
type Given = {
  readonly kind: number
  readonly parts: readonly (readonly [string, Recipe])[]
  readonly thrown: Recipe
}

const given: fc.Arbitrary<Given> = fc.record({
  kind: fc.nat({ max: 4 }),
  parts: fc.array(fc.tuple(fc.constantFrom(...PARTS, ...EVENT_PARTS, ...EVENT_PARTS), hostile), {
    maxLength: 3,
  }),
  thrown: hostile,
})

function makeSpan({ kind, parts }: Given): { span: Record<string, unknown>; inputs: unknown[] } {
  const span: Record<string, unknown> = { ...soundSpan(), kind }
  let event: unknown = { name: 'exception', time: NOON, attributes: { 'exception.message': wordOf(traces) } }
  const inputs: unknown[] = []
  for (const [name, { make }] of parts) {
    const value = make()
    inputs.push(value)
    if (name === 'event') event = value
    else if (name.startsWith('event.')) event = { name: 'exception', time: NOON, [name.slice(6)]: value }
    else if (name === 'spanContext') span.spanContext = () => value
    else span[name] = value
  }
  if (!parts.some(([name]) => name === 'events')) span.events = [event, event]
  return { span, inputs }
}

test(
  'any span becomes legal logs or is counted, and never throws into the code that ends it',
  async () => {
    const watched = watchedClient()
    const processor = new LognitorSpanProcessor({ client: watched.client })
    const attempt = (case_: Given): Attempt => {
      const { span, inputs } = makeSpan(case_)
      return {
        inputs,
        go: () => {
          processor.onStart(span as never)
          processor.onEnd(span as never)
        },
      }
    }
    const ran = await feed(CASES.spans * 0.7, given, watched, attempt)
    processor.onStart(null as never)
    processor.onEnd(undefined as never)
    const { accepted, written } = watched.client.stats()
    expect(accepted).toBeGreaterThan(written / 3)
    expect(written).toBeGreaterThan(ran / 2)
  },
  LONG_MS,
)

test(
  'the real SDK accepts the same input with our processors, and throws no more',
  async () => {
    const watched = watchedClient()
    const ours = new BasicTracerProvider({
      spanProcessors: [new LognitorSpanProcessor({ client: watched.client })],
    })
    const control = new BasicTracerProvider({ spanProcessors: [] })
    /** What the application sees when it does this. */
    const outcome = (provider: BasicTracerProvider, { kind, parts, thrown }: Given) => {
      // The SDK itself reads every item of a list.
      const isEndless = [thrown, ...parts.map(([, recipe]) => recipe)].some(({ words }) =>
        /endless|holes/.test(words),
      )
      if (isEndless) return []
      const span = provider.getTracer('fuzz').startSpan('work', { kind: kind as SpanKind })
      const said: string[] = []
      const attemptTo = (what: string, act: () => unknown) => {
        try {
          act()
        } catch {
          said.push(what)
        }
      }
      attemptTo('recordException', () => span.recordException(thrown.make() as Error))
      for (const [name, { make }] of parts) attemptTo(name, () => span.setAttribute(name, make() as string))
      attemptTo('end', () => span.end())
      return said
    }
    const attempt = (case_: Given): Attempt => ({
      inputs: [],
      go: () => expect(outcome(ours, case_)).toEqual(outcome(control, case_)),
    })
    await feed(CASES.spans * 0.3, given, watched, attempt)
  },
  LONG_MS,
)
