import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countWithin, Spans, without } from '../../src/spool/spans.js'

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }))

function spansOf(some: readonly number[]) {
  const spans = new Spans()
  for (const number of some) spans.add(number)
  return spans.list()
}

function numbersOf(spans: readonly { first: number; last: number }[]): number[] {
  return spans.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, n) => first + n))
}

const ascending = (some: readonly number[]) => [...some].sort((a, b) => a - b)

test('hold the numbers that were added, in as few spans as possible', () => {
  fc.assert(
    fc.property(numbers, (some) => {
      const spans = spansOf(some)
      expect(numbersOf(spans)).toEqual(ascending(some))
      for (let n = 1; n < spans.length; n++) {
        expect(spans[n]?.first).toBeGreaterThan((spans[n - 1]?.last ?? 0) + 1)
      }
    }),
  )
})

test('give the numbers that are in one set and not in the other', () => {
  fc.assert(
    fc.property(numbers, numbers, (some, others) => {
      const left = without(spansOf(some), spansOf(others))
      expect(numbersOf(left)).toEqual(ascending(some.filter((number) => !others.includes(number))))
    }),
  )
})

test('count the numbers between two bounds', () => {
  fc.assert(
    fc.property(
      numbers,
      fc.integer({ min: 0, max: 70 }),
      fc.integer({ min: 0, max: 70 }),
      (some, one, other) => {
        const [first, last] = one < other ? [one, other] : [other, one]
        const count = some.filter((number) => number >= first && number <= last).length
        expect(countWithin(spansOf(some), first, last)).toBe(count)
      },
    ),
  )
})
