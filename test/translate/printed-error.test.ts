import { format } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { translateLogRecord } from '../../src/translate/log-record.js'
import { printedError } from '../../src/translate/printed-error.js'
import type { Log } from '../../src/wire/log.js'
import { logRecord } from './support.js'

class CardDeclined extends Error {
  override name = 'CardDeclined'
}

function printed(severityNumber: number, ...words: unknown[]): Log {
  const record = logRecord({
    body: format(...words),
    severityNumber,
    instrumentationScope: { name: '@opentelemetry/instrumentation-console' },
  })
  return translateLogRecord(record, {})
}

describe('what console prints of an error', () => {
  test('alone is the error, and its message the log’s', () => {
    const error = new RangeError('out of stock')
    expect(printed(17, error)).toMatchObject({
      message: 'out of stock',
      error: { type: 'RangeError', message: 'out of stock', stack: error.stack },
    })
  })

  test('after some words is the error, and the words stay', () => {
    const log = printed(17, 'saving order %d failed:', 7, new CardDeclined('no\nfunds'))
    expect(log.message).toBe('saving order 7 failed: CardDeclined: no\nfunds')
    expect(log.error).toMatchObject({ type: 'CardDeclined', message: 'no\nfunds' })
  })

  test('before some words is the error too, and the words stay', () => {
    const error = new Error('late', { cause: new TypeError('asleep') })
    const log = printed(13, error, 'again in', { ms: 100 })
    expect(log.message).toBe('Error: late again in { ms: 100 }')
    expect(log.error?.stack).toContain('[cause]: TypeError: asleep')
  })

  test('keeps own properties behind the frames, as Node prints them', () => {
    const log = printed(17, Object.assign(new Error('gone'), { code: 'E_GONE' }))
    expect(log.error?.stack).toMatch(/^Error: gone\n {4}at [\s\S]*code: 'E_GONE'\n\}$/)
    expect(log.message).toBe('gone')
  })

  test('ends at a brace that stands alone, and at no other', () => {
    const found = printedError("Error: gone\n    at x {\n  code: 'A',\n}!\n}\nbye")
    expect(found?.stack).toMatch(/\}!\n\}$/)
    expect(found?.text).toBe('Error: gone bye')
  })

  test('by its stack is the error as well', () => {
    const error = new SyntaxError('unexpected')
    expect(printed(17, error.stack).error).toMatchObject({ type: 'SyntaxError', message: 'unexpected' })
  })

  test('without a message has none', () => {
    expect(printed(17, new Error()).error).toMatchObject({ type: 'Error', message: 'Unknown error' })
  })

  test.each([
    ['a text without frames', 'Error: no frames'],
    ['frames without an error', 'here\n    at home (a.js:1:1)'],
    ['a trace', 'Trace: here\n    at home (a.js:1:1)'],
    ['an error inside of an object', format({ error: new Error('deep') })],
  ])('is none in %s', (_what, text) => {
    expect(printedError(text)).toBeUndefined()
  })

  test('is read from console alone', () => {
    const record = logRecord({ body: new Error('kept').stack, instrumentationScope: { name: 'mine' } })
    expect(translateLogRecord(record, {}).error).toBeUndefined()
  })

  test('never throws, loses no word and takes no time, whatever is printed', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('Error: ', '\n    at ', ' {\n', '\n}', 'TypeError', ' [X]: '),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('')
        const found = printedError(text)
        if (found === undefined) return
        expect(text).toContain(found.stack)
        expect(found.stack.startsWith(found.ownStack)).toBe(true)
        const left = (found.text + found.stack).replaceAll(/\s/g, '')
        for (const word of text.split(/\s+/)) expect(left).toContain(word)
      }),
    )
    expect(printedError(`${'A'.repeat(100_000)}\n    at x`)).toBeUndefined()
    expect(printedError(`${'Aa: '.repeat(2000)}\n    at x`)).toBeDefined()
  })
})
