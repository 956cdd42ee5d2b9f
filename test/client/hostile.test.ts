import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOG_OPTION_NAMES } from '../../src/client/build-log.js'
import type { LogOptions } from '../../src/client/log-options.js'
import type { Level } from '../../src/wire/level.js'
import { inMemory } from './support.js'

const throwing = (): never => {
  throw new Error('hostile')
}

/** A Proxy whose traps all throw. */
const hostileProxy = () =>
  new Proxy(
    {},
    new Proxy(
      {},
      {
        get: () => throwing,
      },
    ),
  )

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function cyclic(): object {
  const self: Record<string, unknown> = { name: 'self' }
  self.self = self
  self.list = [self, { self }]
  return self
}

/** Functions that make hostile values. The values themselves would break fast-check. */
const hostile: fc.Arbitrary<() => unknown> = fc.oneof(
  fc
    .anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    .map((value) => () => value),
  fc.constantFrom<() => unknown>(
    hostileProxy,
    revoked,
    () => new Proxy([], { get: throwing }),
    () => new Proxy(() => {}, { get: throwing, getPrototypeOf: throwing }),
    () => new Proxy(new Error('inside'), { get: throwing, getPrototypeOf: throwing }),
    cyclic,
    () => ({
      get metadata() {
        return throwing()
      },
      get error() {
        return throwing()
      },
    }),
    () => ({ toString: throwing, valueOf: throwing, toJSON: throwing, [Symbol.toPrimitive]: throwing }),
    () => Object.defineProperty(new Error('getters'), 'message', { get: throwing }),
    () => Object.defineProperty(new Error('getters'), 'stack', { get: throwing }),
    () => Object.freeze(Object.assign(new Error('frozen'), { code: 7 })),
    () => Symbol('symbol'),
    () => 10n ** 4000n,
    () => throwing,
    () => class Foreign {},
    () => '\ud800 half',
    () => 'x'.repeat(100_000),
    () => Object.create(null),
    () => new Date(Number.NaN),
    () => Promise.resolve(1),
  ),
)

/** Options that are hostile as a whole or in some of their fields. */
const hostileOptions: fc.Arbitrary<() => unknown> = fc.oneof(
  hostile,
  fc
    .dictionary(fc.constantFrom(...LOG_OPTION_NAMES), hostile)
    .map((makers) => () => Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make()]))),
)

test('a log call never throws, whatever is passed, and returns an id or an empty string', async () => {
  const { client, transport } = inMemory()
  const child = client.child()
  await fc.assert(
    fc.asyncProperty(hostile, hostileOptions, hostile, async (makeMessage, makeOptions, makeThrown) => {
      const [message, more, thrown] = [makeMessage(), makeOptions() as LogOptions, makeThrown()]
      const ids = [
        client.info(message as string, more),
        client.error(message as string, more),
        client.captureException(thrown, more),
        client.log(message as Level, thrown as string, more),
        client.startTimer().end(message as string, more),
        child.child(more as object).fatal(message as string, more),
      ]
      client.timed(message as string, () => 1, more)
      for (const id of ids) expect(id).toMatch(/^([0-9a-f-]{36})?$/)
      await client.flush()
      transport.clear()
    }),
    { numRuns: 300 },
  )
})

test('a hostile value loses its own field, and not the log', async () => {
  const { client, logs } = inMemory()
  const values = [
    hostileProxy(),
    revoked(),
    new Proxy([], { get: throwing }),
    cyclic(),
    Symbol('s'),
    10n,
    throwing,
  ]
  for (const value of values) {
    const input = { metadata: value, tags: value, user: value, error: value, breadcrumbs: value, perf: value }
    expect(client.warn('kept', { ...(input as LogOptions), action: 'still.there' })).not.toBe('')
  }
  const arrived = await logs()
  expect(arrived).toHaveLength(values.length)
  for (const log of arrived) expect(log).toMatchObject({ message: 'kept', action: 'still.there' })
  expect(client.stats().dropped).toEqual({})
})

test('a user has texts for id, email and name, and everything else unchanged', async () => {
  const { client, logs } = inMemory()
  const user = { id: 7, email: ['a@example.com'], name: { first: 'Ann' }, plan: { name: 'pro' } }
  client.info('as an option', { user: user as never })
  client.withScope(() => {
    client.setUser(user as never)
    client.info('of the scope')
  })
  for (const log of await logs()) expect(log.user).toEqual({ id: '7', plan: { name: 'pro' } })
})

test('a breadcrumb whose year has more than four digits gets the current time', async () => {
  const { client, logs } = inMemory()
  const farOff = [8.64e15, '+275760-09-13T00:00:00.000Z', new Date(-8.64e15), -1e15]
  const breadcrumbs = farOff.map((timestamp) => ({ message: 'far off', timestamp }))
  client.error('kept', { breadcrumbs })
  const [log] = await logs()
  expect(log?.breadcrumbs?.map(({ timestamp }) => timestamp)).toEqual(farOff.map(() => log?.timestamp))
})

test('a status and a line are whole numbers, or left out', async () => {
  const { client, logs } = inMemory()
  const error = { type: 'T', message: 'm' }
  for (const figure of [404, 40.4, 1e300, 5e-324]) {
    client.info('kept', { request: { statusCode: figure }, error: { ...error, lineNumber: figure } })
  }
  const input = (await logs()).map(({ request, error }) => [request?.status_code, error?.line_number])
  expect(input).toEqual([
    [404, 404],
    [undefined, undefined],
    [undefined, undefined],
    [undefined, undefined],
  ])
})

test('every other call accepts any value too', async () => {
  const { client, transport } = inMemory()
  await fc.assert(
    fc.asyncProperty(hostile, async (make) => {
      const input = make()
      // biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do
      const any = input as any
      await client.withScope(async () => {
        client.addBreadcrumb(any)
        client.addBreadcrumb({
          message: any,
          type: any,
          category: any,
          level: any,
          data: any,
          timestamp: any,
        })
        client.setUser(any)
        client.setContext(any)
        client.setTags(any)
        client.setSession(any)
        client.captureException(any)
        client.clearUser()
        await client.heartbeat(any).ping()
        expect(client.heartbeat('tok').wrap(() => input)).toSatisfy(
          (result) => Object.is(result, input) || isPromise(result),
        )
        await client.submitFeedback(any)
        await client.submitFeedback({ eventId: any, comments: any, name: any, screenshot: any })
        await client.registerRelease(any)
        await client.registerRelease({ version: any, services: any })
        await client.flush(any)
      })
      transport.clear()
    }),
    { numRuns: 200 },
  )
})

test('a level that throws when it is read is one invalid log, and nothing else', () => {
  const { client } = inMemory()
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const thrower = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('no prototype')
      },
    },
  )
  for (const level of [proxy, thrower, Symbol('level'), undefined]) {
    expect(client.log(level as never, 'never written')).toBe('')
  }
  expect(client.stats()).toMatchObject({ written: 4, dropped: { invalid: 4 } })
  expect(client.stats().dropped).toEqual({ invalid: 4 })
})

function isPromise(value: unknown): boolean {
  return value instanceof Promise
}
