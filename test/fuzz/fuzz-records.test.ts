import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LognitorLogRecordExporter } from '../../src/otel/log-record-exporter.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { pipelineOf } from '../../src/pipeline/registry.js'
import { type Attempt, CASES, feed, LONG_MS, type Watched, watchedClient } from './fuzz.js'
import { hostile, type Recipe } from './hostile.js'

const NOON = [1795428000, 123_456_789]

/** A record in the shape of an SDK's, of which any part may be replaced. */
const SOUND: Readonly<Record<string, unknown>> = {
  hrTime: NOON,
  hrTimeObserved: NOON,
  spanContext: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
  severityText: 'WARN',
  severityNumber: 17,
  body: 'Order created',
  eventName: 'order.created',
  resource: { attributes: { 'service.name': 'shop' } },
  instrumentationScope: { name: '@opentelemetry/instrumentation-pino' },
  attributes: { 'user.id': 7 },
  droppedAttributesCount: 0,
}
const parts = fc.uniqueArray(fc.tuple(fc.constantFrom(...Object.keys(SOUND)), hostile), {
  maxLength: 4,
  selector: ([name]) => name,
})
const oddAttributes = hostile.map((recipe): [string, Recipe][] => [['attributes', recipe]])
const oddBody = hostile.map((recipe): [string, Recipe][] => [['body', recipe]])
const record = fc.oneof(
  { weight: 5, arbitrary: fc.oneof(parts, oddAttributes, oddBody) },
  { weight: 1, arbitrary: hostile },
)

type Given = [string, Recipe][] | Recipe

function make(given: Given): unknown {
  if (!Array.isArray(given)) return given.make()
  return { ...SOUND, ...Object.fromEntries(given.map(([name, recipe]) => [name, recipe.make()])) }
}

/** Four thousand million records would all be accepted, one by one. */
function isEndless(given: unknown): given is never {
  try {
    return Array.isArray(given) && given.length > 1e6
  } catch {
    return false
  }
}

/** Two entry points need not add a written log: the exporter gets a list that may be empty, and `enabled` only asks. */
const LIST = 1
const QUESTION = 4

function entryPointsOf(watched: Watched): readonly ((record: unknown) => unknown)[] {
  const { client } = watched
  const exporter = new LognitorLogRecordExporter({ client })
  const processor = new LognitorLogRecordProcessor({ client })
  const picky = new LognitorLogRecordProcessor({ client, minLevel: { pino: 'warn', '': 'info' } })
  const done = () => {}
  return [
    (given) => exporter.export([given] as never, done),
    (given) => exporter.export(isEndless(given) ? [given] : (given as never), done),
    (given) => processor.onEmit(given as never),
    (given) => picky.onEmit(given as never),
    (given) => picky.enabled(given as never),
  ]
}

test(
  'any log record becomes a legal log or is counted, at any entry point for records',
  async () => {
    const watched = watchedClient()
    const all = entryPointsOf(watched)
    const { ledger } = pipelineOf(watched.client)
    const attempt = ([entryPoint, given]: [number, Given]): Attempt => {
      const input = make(given)
      const go = () => {
        const before = ledger.written
        all[entryPoint]?.(input)
        // A record becomes one log or one counted loss. A summary of other errors may come with it.
        if (entryPoint !== LIST && entryPoint !== QUESTION) expect(ledger.written).toBeGreaterThan(before)
      }
      return { inputs: [input], go }
    }
    const one = fc.tuple(fc.nat({ max: all.length - 1 }), record as fc.Arbitrary<Given>)
    const ran = await feed(CASES.records, one, watched, attempt)
    const { accepted, written } = watched.client.stats()
    expect(accepted).toBeGreaterThan(written * 0.8)
    expect(written).toBeGreaterThan(ran / 2)
  },
  LONG_MS,
)
