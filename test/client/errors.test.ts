import { expect, test } from 'vitest'
import { fingerprintOf } from '../../src/policy/fingerprint.js'
import type { Log } from '../../src/wire/log.js'
import { inMemory } from './support.js'

class CardError extends Error {
  override name = 'CardError'
  readonly code = 'E_CARD'
}

test.each<[string, unknown, { type: string; message: string }]>([
  ['a string', 'out of stock', { type: 'Error', message: 'out of stock' }],
  ['a number', 404, { type: 'Error', message: '404' }],
  ['no number', Number.NaN, { type: 'Error', message: 'NaN' }],
  ['a type alone', { type: 'Declined' }, { type: 'Declined', message: 'Unknown error' }],
  ['null', null, { type: 'Error', message: 'Unknown error' }],
  ['undefined', undefined, { type: 'Error', message: 'Unknown error' }],
  ['an empty string', '', { type: 'Error', message: 'Unknown error' }],
  ['a symbol', Symbol('why'), { type: 'Error', message: 'Symbol(why)' }],
  ['an error without a message', new TypeError(), { type: 'TypeError', message: 'Unknown error' }],
  ['a class of its own', new CardError('declined'), { type: 'CardError', message: 'declined' }],
  ['a frozen error', Object.freeze(new RangeError('fixed')), { type: 'RangeError', message: 'fixed' }],
  ['an object', { message: 'like an error' }, { type: 'Error', message: 'like an error' }],
])('anything can be captured: %s', async (_, thrown, error) => {
  const { client, logs } = inMemory()
  client.captureException(thrown)
  expect(await logs()).toMatchObject([{ level: 'error', message: error.message, error }])
})

test('a thrown value that is not an error is kept in the metadata', async () => {
  const { client, logs } = inMemory()
  client.captureException({ code: 'E_STOCK', orderId: 7n, self: [new Date(0)] })
  client.captureException(new Error('an error says it itself'))
  const [object, error] = await logs()
  expect(object?.metadata).toMatchObject({
    'error.code': 'E_STOCK',
    'error.thrown': { code: 'E_STOCK', orderId: 7, self: ['1970-01-01T00:00:00.000Z'] },
  })
  expect(error?.metadata).not.toHaveProperty(['error.thrown'])
})

test('causes follow in the stack as Node prints them, and one by one in metadata', async () => {
  const { client, logs } = inMemory()
  const socket = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' })
  client.captureException(new Error('no rows', { cause: new TypeError('no connection', { cause: socket }) }))
  const [log] = (await logs()) as [Log]
  expect(log.error?.stack).toMatch(
    /^Error: no rows\n {4}at .*\[cause\]: TypeError: no connection\n.*\[cause\]: Error: connect refused\n/s,
  )
  expect(log.metadata?.['error.causes']).toMatchObject([
    { type: 'TypeError', message: 'no connection', stack: expect.stringContaining('errors.test.ts') },
    { type: 'Error', message: 'connect refused' },
  ])
})

test('all errors of an AggregateError are kept', async () => {
  const { client, logs } = inMemory()
  client.captureException(new AggregateError([new Error('first'), new Error('second')], 'both failed'))
  const [log] = (await logs()) as [Log]
  expect(log.error).toMatchObject({ type: 'AggregateError', message: 'both failed' })
  expect(log.error?.stack).toMatch(/\[errors\]: \[.*first.*second/s)
  expect(log.metadata?.['error.causes']).toMatchObject([{ message: 'first' }, { message: 'second' }])
})

test("an error's code is kept beside it", async () => {
  const { client, logs } = inMemory()
  client.error('no card', { error: new CardError('declined'), metadata: { order: 7 } })
  expect((await logs())[0]?.metadata).toMatchObject({ 'error.code': 'E_CARD', order: 7 })
})

test('without a stack the fingerprint is that of the official client', async () => {
  const { client, logs } = inMemory()
  const message = 'user 42 not found at 0xff http://a/b?c=1 550e8400-e29b-41d4-a716-446655440000'
  client.error('dup', { error: { type: 'T', message } })
  client.error('own', { error: { type: 'T', message }, fingerprint: 'mine' })
  client.warn('no failure', { error: { type: 'T', message } })
  expect((await logs()).map(({ fingerprint }) => fingerprint)).toEqual([
    '25141111d07e12daec80374eff7335af92c99b6ac201e626059e18faccc87242',
    'mine',
    undefined,
  ])
})

test('with a stack the fingerprint depends on the place: errors of one place form one group', async () => {
  const { client, logs } = inMemory()
  const fail = (n: number) => new Error(`order ${n} failed`)
  client.error('a', { error: fail(1) })
  client.fatal('b', { error: fail(2) })
  client.fatal('c', { error: new Error('order 3 failed') })
  const [a, b, c] = (await logs()) as [Log, Log, Log]
  expect(a.fingerprint).toBe(b.fingerprint)
  expect(a.fingerprint).not.toBe(c.fingerprint)
  expect(a.fingerprint).toBe(fingerprintOf(a.error as NonNullable<Log['error']>))
})

test('an error described with its stack is grouped by its place, like an Error object', async () => {
  const { client, logs } = inMemory({ sourceContext: false })
  const stack =
    'T: gone\n    at read (/app/node_modules/db/index.js:1:2)\n    at load (/app/src/orders.js:7:3)'
  const error = { type: 'T', message: 'gone', stack }
  client.error('a', { error })
  client.error('b', { error: { ...error, filename: 'mine.ts', lineNumber: 3 } })
  const [a, b] = (await logs()) as [Log, Log]
  expect(a.error).toMatchObject({ filename: '/app/src/orders.js', line_number: 7 })
  expect(b.error).toMatchObject({ filename: 'mine.ts', line_number: 3 })
  expect(a.fingerprint).toBe(fingerprintOf({ ...error, filename: '/app/src/orders.js', line_number: 7 }))
})
