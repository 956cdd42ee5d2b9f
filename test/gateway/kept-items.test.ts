import { expect, test } from 'vitest'
import { keepingItems } from '../../src/gateway/decode/kept-items.js'
import { TURN } from '../../src/gateway/decode/shapes.js'

const MIB = 1024 * 1024

/** A body of two items that counts how often it is decoded. */
function counted() {
  const walks = { count: 0 }
  const decoded = {
    *[Symbol.iterator]() {
      walks.count++
      yield TURN
      yield { name: 'a' }
      yield { name: 'b' }
    },
  }
  return { walks, decoded }
}

/** Walks the items three times. */
async function walked(bodyBytes: number): Promise<{ names: string[][]; walks: number }> {
  const { walks, decoded } = counted()
  const names = await keepingItems(decoded, bodyBytes, async (items) =>
    [1, 2, 3].map(() => [...items].filter((item) => item !== TURN).map(({ name }) => name)),
  )
  return { names, walks: walks.count }
}

const SAME = [1, 2, 3].map(() => ['a', 'b'])

test('the items of a small body are decoded once', async () => {
  expect(await walked(1000)).toEqual({ names: SAME, walks: 1 })
})

test('the items of a large body are decoded for each walk', async () => {
  expect(await walked(64 * MIB)).toEqual({ names: SAME, walks: 3 })
})

test('bodies that come together keep no more than one of them may, and their room is free afterwards', async () => {
  const inner = await keepingItems(counted().decoded, 1.5 * MIB, () => walked(1.5 * MIB))
  expect(inner).toEqual({ names: SAME, walks: 3 })
  await expect(
    keepingItems(counted().decoded, 1.5 * MIB, () => Promise.reject(new Error('x'))),
  ).rejects.toThrow('x')
  expect(await walked(1.5 * MIB)).toEqual({ names: SAME, walks: 1 })
})

test('a walk that was not finished keeps nothing', async () => {
  const { walks, decoded } = counted()
  const count = await keepingItems(decoded, 1000, async (items) => {
    for (const item of items) if (item !== TURN) break
    return [...items].length
  })
  expect({ count, walks: walks.count }).toEqual({ count: 3, walks: 2 })
})
