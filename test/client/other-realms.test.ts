import { createContext, runInContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import type { Options } from '../../src/config/options.js'
import { settle } from '../support/until.js'
import { inMemory, warningsDuring } from './support.js'

const realm = createContext({})
const make = <T>(code: string): T => runInContext(`(${code})`, realm) as T

const rejections: unknown[] = []
const onRejection = (reason: unknown) => rejections.push(reason)
afterEach(() => {
  process.off('unhandledRejection', onRejection)
  rejections.length = 0
})

test.each([
  ['an error', 'new TypeError("declined")', 'TypeError'],
  ['an error of a class', 'new (class PaymentError extends Error {})("declined")', 'PaymentError'],
  [
    'an error of a constructor function',
    `(() => {
      function OldError(message) { this.message = message; this.stack = 'OldError: ' + message + '\\n    at pay (/app/pay.js:1:1)' }
      OldError.prototype = Object.create(Error.prototype, { constructor: { value: OldError } })
      return new OldError('declined')
    })()`,
    'OldError',
  ],
])('%s of another realm is treated as an error', async (_, code, type) => {
  const { client, logs } = inMemory({ sourceContext: false })
  client.error('Payment failed', make(code))
  expect(await logs()).toMatchObject([{ message: 'Payment failed', error: { type, message: 'declined' } }])
  expect((await logs())[0]?.metadata).not.toHaveProperty('error.thrown')
})

test('a RegExp of another realm redacts, and is printed as a RegExp', async () => {
  const { client, logs } = inMemory({ redactPatterns: [make<RegExp>('/ada/g')] })
  client.info('to ada@example.com')
  expect(await logs()).toMatchObject([{ message: 'to [REDACTED]@example.com' }])
  expect(() => inMemory({ minLevel: make('/x/') })).toThrow(/got \/x\//)
})

test('a hook that rejects in another realm does not end the process', async () => {
  process.on('unhandledRejection', onRejection)
  const { client } = inMemory({
    onDrop: make('async () => { throw new Error("counting failed") }'),
    minLevel: 'error',
  })
  client.info('too low')
  await settle()
  expect(rejections).toEqual([])
})

test('dates, maps and sets of another realm are plain data', async () => {
  const { client, logs } = inMemory()
  client.info('all', {
    metadata: make(
      '{ at: new Date(0), map: new Map([["a", 1]]), set: new Set([1]), pattern: /a/i, deep: { b: [1] } }',
    ),
  })
  expect((await logs())[0]?.metadata).toMatchObject({
    at: '1970-01-01T00:00:00.000Z',
    map: { a: 1 },
    set: [1],
    pattern: '/a/i',
    deep: { b: [1] },
  })
})

test('an object that resembles an internal one is not accepted as client', async () => {
  const warnings = await warningsDuring(() => {
    expect(() => new LognitorClient({ ledger: {}, settings: {} } as Options)).toThrow(/no option "ledger"/)
  })
  expect(warnings).toEqual([])
})
