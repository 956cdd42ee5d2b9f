import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogOptions } from '../../src/client/log-options.js'
import { legalLog } from '../../src/policy/legal-log.js'
import { toPlain } from '../../src/translate/plain.js'
import { MAX_LOG_BYTES } from '../../src/wire/limits.js'
import type { Log } from '../../src/wire/log.js'
import { bench, info } from '../policy/support.js'
import { type Attempt, CASES, feed, LONG_MS, watchedClient } from './fuzz.js'
import { hostile, type Recipe } from './hostile.js'
import { revealed, secret, spelling } from './secrets.js'

/** Containers in which a structure may hold a value, from the outside in. */
const NESTINGS: Readonly<Record<string, (inner: unknown, beside: unknown) => unknown>> = {
  object: (inner, beside) => ({ inner, beside }),
  list: (inner, beside) => [beside, inner],
  map: (inner, beside) =>
    new Map<unknown, unknown>([
      [beside, 1],
      ['inner', inner],
    ]),
  set: (inner) => new Set([inner]),
  'own key of an error': (inner) => Object.assign(new Error('with more'), { inner }),
  cause: (inner) => new Error('caused', { cause: inner }),
  errors: (inner) => new AggregateError([inner], 'several'),
  toJSON: (inner) => ({ toJSON: () => ({ inner }) }),
  'instance of a class': (inner) =>
    new (class Account {
      inner = inner
    })(),
  getter: (inner) => Object.defineProperty({}, 'inner', { enumerable: true, get: () => inner }),
  'key of a prototype': (inner) => JSON.parse('{}', () => Object.fromEntries([['__proto__', inner]])),
}

/** The fields of a log call that may hold any value, and those that hold a text. */
const OPEN = ['metadata', 'user', 'device', 'data of a breadcrumb', 'error', 'thrown', 'message'] as const
const TEXTS = [
  'message',
  'action',
  'tags',
  'error.message',
  'request.url',
  'message of a breadcrumb',
] as const

interface Given {
  readonly level: 'info' | 'error'
  readonly open: (typeof OPEN)[number]
  readonly inText: (typeof TEXTS)[number]
  readonly nestings: readonly string[]
  readonly beside: Recipe
  readonly planted: { readonly words: string; make(): unknown }
  readonly written: { readonly words: string; make(): string }
}

const given: fc.Arbitrary<Given> = fc.record({
  level: fc.constantFrom('info', 'error'),
  open: fc.constantFrom(...OPEN),
  inText: fc.constantFrom(...TEXTS),
  nestings: fc.array(fc.constantFrom(...Object.keys(NESTINGS)), { maxLength: 5 }),
  beside: hostile,
  planted: secret.chain((value) => spelling(value)),
  written: secret.chain((value) => spelling(value, 'texts')),
}) as fc.Arbitrary<Given>

function optionsOf({ open, inText, nestings, beside, planted, written }: Given): LogOptions {
  const nest = (inner: unknown, name: string) => NESTINGS[name]?.(inner, beside.make())
  const holder = { deep: nestings.reduce(nest, planted.make()) }
  const text = written.make()
  const timestamp = '2026-11-23T10:00:00.000Z'
  const crumb = inText === 'message of a breadcrumb' ? { message: text } : { message: 'b' }
  const data = open === 'data of a breadcrumb' ? { data: holder } : {}
  const options: Record<string, unknown> = { breadcrumbs: [{ ...crumb, ...data, timestamp }] }
  if (open === 'metadata' || open === 'user' || open === 'device') options[open] = holder
  if (open === 'error') options.error = Object.assign(new Error('given'), holder)
  if (inText === 'action') options.action = text
  if (inText === 'tags') options.tags = [text]
  if (inText === 'error.message') options.error = { type: 'T', message: text, stack: `T: ${text}\n    at x` }
  if (inText === 'request.url') options.request = { url: `https://h/?m=${text}` }
  return options as LogOptions
}

test(
  'no secret that redaction knows is sent, wherever it is and however it is encoded',
  async () => {
    const watched = watchedClient({}, { keepsBodies: true })
    const attempt = (item: Given): Attempt => {
      const options = optionsOf(item)
      const { level, open, inText, planted, written } = item
      return {
        inputs: [options],
        go: async () => {
          const message = inText === 'message' ? written.make() : 'kept'
          if (open === 'thrown') watched.client.captureException(planted.make(), options)
          else if (open === 'message') watched.client[level](planted.make() as string, options)
          else watched.client[level](message, options)
          await watched.client.flush()
          expect(watched.transport.bodies.flatMap(revealed)).toEqual([])
          watched.transport.bodies.length = 0
        },
      }
    }
    const ran = await feed(CASES.policy * 0.6, given, watched, attempt)
    const { accepted, written } = watched.client.stats()
    expect(accepted).toBeGreaterThan(written * 0.6)
    expect(written).toBeGreaterThanOrEqual(ran)
  },
  LONG_MS,
)

test(
  'a log that has passed the policy passes it again unchanged',
  () => {
    const redact = ['email', 'creditCard', 'ssn', 'bearer', /secret-\w{1,20}/]
    const settings = { redact, autoTruncate: true, duplicateWindowMs: 0 }
    const fields = fc.array(
      fc.tuple(
        fc.constantFrom('metadata', 'user', 'request', 'breadcrumbs', 'error', 'message', 'x'),
        hostile,
      ),
      { maxLength: 3 },
    )
    const changed = fc.option(fc.tuple(fc.constantFrom('metadata', 'message', 'tags', 'perf'), hostile))
    const run = (parts: [string, Recipe][], change: [string, Recipe] | null) => {
      const changing = change && ((log: Log) => Object.assign(log, { [change[0]]: change[1].make() }))
      const first = bench({ ...settings, ...(changing && { beforeSend: changing }) })
      const made = Object.fromEntries(parts.map(([name, { make }]) => [name, make()]))
      const kept = info({ message: 'kept' })
      const log = legalLog({ ...kept, ...(toPlain(made) as object) }, kept)
      if (log === undefined) return
      first.policy.admit(log)
      const [once] = first.sent
      if (once === undefined) {
        expect(Object.values(first.dropped())).toEqual([1])
        return
      }
      expect(Buffer.byteLength(JSON.stringify(once))).toBeLessThanOrEqual(MAX_LOG_BYTES)
      const { policy, sent } = bench(settings)
      policy.admit(structuredClone(once))
      policy.admit(structuredClone(sent[0] as Log))
      // A hook adds values after redaction, so only the second pass finds them.
      if (change === null) expect(sent[0]).toEqual(once)
      expect(sent[1]).toEqual(sent[0])
    }
    fc.assert(fc.property(fields, changed, run), { numRuns: Math.ceil(CASES.policy * 0.4) })
  },
  LONG_MS,
)
