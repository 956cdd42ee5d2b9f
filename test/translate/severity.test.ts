import { describe, expect, it } from 'vitest'
import { severityLevel } from '../../src/translate/severity.js'

describe('the level of a severity', () => {
  it.each([
    [1, 'debug'],
    [8, 'debug'],
    [9, 'info'],
    [12, 'info'],
    [13, 'warn'],
    [16, 'warn'],
    [17, 'error'],
    [20, 'error'],
    [21, 'fatal'],
    [24, 'fatal'],
    [0, undefined],
    [25, undefined],
    [Number.NaN, undefined],
    [-1, undefined],
    ['9', undefined],
  ])('%s is %s', (severityNumber, level) => {
    expect(severityLevel(severityNumber, undefined)).toBe(level)
  })

  it.each([
    ['trace', 'debug'],
    ['verbose', 'debug'],
    ['FINEST', 'debug'],
    ['FINER', 'debug'],
    ['FINE', 'debug'],
    ['CONFIG', 'debug'],
    ['SEVERE', 'error'],
    ['debug', 'debug'],
    ['info', 'info'],
    ['notice', 'info'],
    ['warn', 'warn'],
    ['warning', 'warn'],
    ['err', 'error'],
    ['error', 'error'],
    ['crit', 'fatal'],
    ['critical', 'fatal'],
    ['alert', 'fatal'],
    ['emerg', 'fatal'],
    ['panic', 'fatal'],
    ['fatal', 'fatal'],
  ])('%s is %s in any case', (text, level) => {
    const spellings = [text, text.toUpperCase(), `${text[0]?.toUpperCase()}${text.slice(1)}`, ` ${text} `]
    for (const spelling of spellings) expect(severityLevel(undefined, spelling)).toBe(level)
  })

  it('is the number’s when text and number differ', () => {
    expect(severityLevel(9, 'fatal')).toBe('info')
    expect(severityLevel(0, 'fatal')).toBe('fatal')
  })

  it('is unknown for other words, and for what is no text', () => {
    for (const text of ['', 'loud', 'x'.repeat(1_000_000), 5, null, {}]) {
      expect(severityLevel(undefined, text)).toBeUndefined()
    }
  })
})
