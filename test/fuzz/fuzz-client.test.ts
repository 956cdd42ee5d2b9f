import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOG_OPTION_NAMES } from '../../src/client/build-log.js'
import type { LognitorClient } from '../../src/client/client.js'
import type { Logger } from '../../src/client/logger.js'
import { requestScope, withScope } from '../../src/scope/current.js'
import { type Attempt, CASES, feed, LONG_MS, watchedClient } from './fuzz.js'
import { hostile, type Recipe } from './hostile.js'

/** A level that does not exist. */
const OPTIONS = [...LOG_OPTION_NAMES, 'service']

type Call = (client: Untyped<LognitorClient>, given: unknown, more: unknown) => unknown

/** The client's functions as plain JavaScript calls them, with any arguments. */
type Untyped<T> = {
  readonly [K in keyof T]: T[K] extends (...args: never[]) => unknown ? (...args: unknown[]) => unknown : T[K]
}

/** Every call of the client except feedback, releases and pings, which are no logs and are tested below. */
const CALLS: Readonly<Record<string, Call>> = {
  log: (client, given, more) => client.log(given, more, more),
  'log, of a level': (client, given, more) => client.log('error', given, more),
  debug: (client, given, more) => client.debug(given, more),
  info: (client, given, more) => client.info(given, more),
  warn: (client, given, more) => client.warn(given, more),
  error: (client, given, more) => client.error(given, more),
  fatal: (client, given, more) => client.fatal(given, more),
  captureException: (client, given, more) => client.captureException(given, more),
  addBreadcrumb: (client, given) => client.addBreadcrumb(given),
  'addBreadcrumb, of parts': (client, given, more) =>
    client.addBreadcrumb({
      message: given,
      level: more,
      timestamp: given,
      data: more,
      type: more,
      category: given,
    }),
  setUser: (client, given) => client.setUser(given),
  'setUser, of parts': (client, given, more) => client.setUser({ id: given, email: more, name: given, more }),
  setContext: (client, given) => client.setContext(given),
  setTags: (client, given) => client.setTags(given),
  setSession: (client, given) => client.setSession(given),
  clearUser: (client, given) => client.clearUser(given),
  'withScope, of a result': (client, given) => client.withScope(() => given),
  'startTimer().end': (client, given, more) =>
    (client.startTimer() as Untyped<{ end: () => unknown }>).end(given, more),
  'timed, of a result': (client, given, more) => client.timed(more, () => given, more),
  'child().info': (client, given, more) =>
    (client.child(given) as Untyped<Logger>).info('from a child', more),
  'child().child().error': (client, given, more) =>
    ((client.child(given) as Untyped<Logger>).child(more) as Untyped<Logger>).error(given),
  'child, of parts': (client, given, more) =>
    (
      client.child({
        service: given,
        environment: more,
        version: given,
        metadata: given,
        tags: more,
      }) as Untyped<Logger>
    ).warn(more),
  'beforeSend, of a result': (client, given) => client.info('to be changed', { beforeSend: () => given }),
  'beforeSend, that changes': (client, given, more) =>
    client.error('to be changed', {
      beforeSend: (log: object) => Object.assign(log, { metadata: given, user: more, message: more }),
    }),
}

const options = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.tuple(fc.constantFrom(...OPTIONS), hostile), { maxLength: 4 }) },
  { weight: 1, arbitrary: hostile },
)
const given = fc.record({ name: fc.constantFrom(...Object.keys(CALLS)), first: hostile, second: options })

function make(recipe: Recipe | readonly (readonly [string, Recipe])[]): unknown {
  if (!Array.isArray(recipe)) return (recipe as Recipe).make()
  return Object.fromEntries(recipe.map(([name, part]: readonly [string, Recipe]) => [name, part.make()]))
}

test(
  'every call of the client accepts any arguments',
  async () => {
    const watched = watchedClient()
    const client = watched.client as unknown as Untyped<LognitorClient>
    const attempt = ({
      name,
      first,
      second,
    }: {
      name: string
      first: Recipe
      second: Parameters<typeof make>[0]
    }): Attempt => {
      const [one, two] = [first.make(), make(second)]
      return {
        inputs: [one, two],
        go: () =>
          withScope(() => {
            const result = CALLS[name]?.(client, one, two)
            // The application handles the rejection of its own promise.
            if (name.startsWith('timed')) Promise.resolve(result).catch(() => {})
            // Whatever was set in this scope is on the log of an error in the scope.
            if (/^(set|add|clear)/.test(name)) {
              client.error(`after ${name}`, { fingerprint: `${watched.client.stats().written}` })
            }
          }),
      }
    }
    const ran = await feed(CASES.client, given, watched, attempt)
    expect(requestScope()).toBeUndefined()
    const { accepted, written } = watched.client.stats()
    expect(accepted).toBeGreaterThan(written * 0.8)
    expect(written).toBeGreaterThan(ran * 0.8)
  },
  LONG_MS,
)

test(
  'API calls accept any arguments, one after the other',
  async () => {
    const { client, transport } = watchedClient()
    const untyped = client as unknown as Untyped<LognitorClient>
    const call = fc.tuple(fc.nat({ max: 5 }), hostile, hostile)
    const run = async ([which, first, second]: [number, Recipe, Recipe]) => {
      transport.clear()
      const [one, two] = [first.make(), second.make()]
      const parts = {
        eventId: one,
        comments: two,
        name: one,
        email: two,
        url: one,
        screenshot: two,
        version: one,
      }
      const release = {
        ...parts,
        commitHash: two,
        branch: one,
        deployedBy: two,
        deployUrl: one,
        services: two,
      }
      const calls = [
        () => untyped.submitFeedback(one),
        () => untyped.submitFeedback(parts),
        () => untyped.registerRelease(one),
        () => untyped.registerRelease(release),
        () => (untyped.heartbeat(one) as { ping(): unknown }).ping(),
        () => (untyped.heartbeat('tok') as { wrap(fn: () => unknown): unknown }).wrap(() => one),
      ]
      const answer = calls[which]?.()
      if (which < 5) expect(['boolean', 'object']).toContain(typeof (await answer))
      else Promise.resolve(answer).catch(() => {})
      expect(transport.faults).toEqual([])
    }
    await fc.assert(fc.asyncProperty(call, run), { numRuns: Math.ceil(CASES.client * 0.1) })
  },
  LONG_MS,
)

test('flush and shutdown accept any timeout', async () => {
  const { client } = watchedClient()
  const times = fc.asyncProperty(hostile, async ({ make }) => {
    client.info('to be flushed')
    expect(typeof (await client.flush(make() as number))).toBe('boolean')
  })
  await fc.assert(times, { numRuns: Math.ceil(CASES.client * 0.05) })
  expect(await client.shutdown({} as never)).toBe(true)
})
