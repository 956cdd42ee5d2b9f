import { expect, test } from 'vitest'
import { randomId } from '../../src/common/random-id.js'

/** More than the random bytes of one fetch are enough for. */
const MANY = 2000

test('ids are random UUIDs of version 4, and none occurs twice', () => {
  const ids = Array.from({ length: MANY }, randomId)
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(ids).size).toBe(MANY)
})

test('every digit of an id varies, except the version', () => {
  const ids = Array.from({ length: MANY }, randomId)
  const digitsAt = (place: number) => new Set(ids.map((id) => id[place])).size
  const fixed = [8, 13, 14, 18, 23]
  for (let place = 0; place < 36; place++)
    expect(digitsAt(place)).toBe(fixed.includes(place) ? 1 : place === 19 ? 4 : 16)
})
