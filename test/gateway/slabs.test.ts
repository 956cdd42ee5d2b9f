import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { RequestMemory } from '../../src/gateway/request-memory.js'
import { SLAB_BYTES, type Slab, Slabs } from '../../src/gateway/slabs.js'

const zeros = Buffer.alloc(SLAB_BYTES)

function lent(slabs: Slabs): Slab {
  const slab = slabs.lend()
  if (slab === undefined) throw new Error('no slab was lent')
  return slab
}

test('memory that was given back is cleared, and out of reach of its former borrower', () => {
  const slabs = new Slabs()
  const first = lent(slabs)
  first.bytes.fill('secret')
  const part = first.bytes.subarray(6, 12)
  const { buffer } = first.bytes
  first.giveBack()
  const second = lent(slabs)
  expect(zeros.equals(second.bytes)).toBe(true)
  second.bytes.fill('of another')
  expect([first.bytes.length, part.length, buffer.byteLength]).toEqual([0, 0, 0])
  // A buffer of the former borrower can neither read nor write.
  expect(part.toString()).toBe('')
  first.bytes[0] = 1
  expect(part.write('x')).toBe(0)
  expect(second.bytes.toString('latin1', 0, 10)).toBe('of another')
})

test('a slab is taken back once', () => {
  const slabs = new Slabs()
  const first = lent(slabs)
  for (const _ of [1, 2]) first.giveBack()
  first.drop()
  const [second, third] = [lent(slabs), lent(slabs)]
  second.bytes.fill(1)
  expect(zeros.equals(third.bytes)).toBe(true)
})

test('nobody else gets the bytes of a slab that was dropped', () => {
  const slabs = new Slabs()
  const first = lent(slabs)
  first.bytes.fill('secret')
  first.drop()
  const second = lent(slabs)
  expect(zeros.equals(second.bytes)).toBe(true)
  second.bytes.fill(1)
  expect(first.bytes.toString('latin1', 0, 6)).toBe('secret')
})

test('the slabs are bounded, and come back in each way', () => {
  const slabs = new Slabs()
  const take = () => Array.from({ length: 100 }, () => slabs.lend()).filter((slab) => slab !== undefined)
  const all = take()
  expect(all.length * SLAB_BYTES).toBe(16 * 1024 * 1024)
  all.forEach((slab, index) => {
    if (index % 2) slab.drop()
    else slab.giveBack()
  })
  expect(take()).toHaveLength(all.length)
})

test('a request takes a bounded number of slabs, and none once it has ended', () => {
  const slabs = new Slabs()
  const memory = new RequestMemory(slabs)
  const taken = Array.from({ length: 20 }, () => memory.take()).filter((bytes) => bytes !== undefined)
  expect(taken).toHaveLength(8)
  memory.giveBack()
  expect(taken.map((bytes) => bytes.length)).toEqual(taken.map(() => 0))
  expect(memory.take()).toBeUndefined()
})
