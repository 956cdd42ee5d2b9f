import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import type { WatchedTransport } from '../../src/delivery/http/post.js'
import { stableIdsOf } from '../../src/gateway/body-ids.js'
import { decodeLogs } from '../../src/gateway/decode/decode.js'
import { forwardLogs } from '../../src/gateway/forward/forward-logs.js'
import type { ForwardedExport } from '../../src/gateway/forward/forwarded-export.js'
import { Forwarder } from '../../src/gateway/forward/forwarder.js'
import { resolveGatewayOptions } from '../../src/gateway/gateway-options.js'
import { RequestMemory } from '../../src/gateway/request-memory.js'
import { SLAB_BYTES, type Slab, Slabs } from '../../src/gateway/slabs.js'
import { sdkRecord, serialize } from './support.js'

const GROUP = { resource: sdkRecord().resource, instrumentationScope: { name: 'orders' } }

const zeros = Buffer.alloc(SLAB_BYTES)

function lent(slabs: Slabs): Slab {
  const slab = slabs.lend()
  if (slab === undefined) throw new Error('no slab was lent')
  return slab
}

test('memory that was given back is cleared, and out of reach of its former borrower', () => {
  const slabs = new Slabs()
  const first = lent(slabs)
  const bytes = first.first(1000).fill('secret')
  const more = first.first(5000).fill('another secret', 3000)
  const few = first.first(10)
  const part = bytes.subarray(6, 12)
  const { buffer } = bytes
  first.giveBack()
  const second = lent(slabs)
  expect(zeros.equals(second.first(SLAB_BYTES))).toBe(true)
  const ofAnother = second.first(SLAB_BYTES).fill('of another')
  expect([bytes.length, more.length, few.length, part.length, buffer.byteLength]).toEqual([0, 0, 0, 0, 0])
  // A buffer of the former borrower can neither read nor write.
  expect(part.toString()).toBe('')
  bytes[0] = 1
  expect(part.write('x')).toBe(0)
  expect(ofAnother.toString('latin1', 0, 10)).toBe('of another')
  expect(() => first.first(10)).toThrow()
})

test('a slab is taken back once', () => {
  const slabs = new Slabs()
  const first = lent(slabs)
  for (const _ of [1, 2]) first.giveBack()
  first.drop()
  const [second, third] = [lent(slabs), lent(slabs)]
  second.first(SLAB_BYTES).fill(1)
  expect(zeros.equals(third.first(SLAB_BYTES))).toBe(true)
})

test('nobody else gets the bytes of a slab that was dropped', () => {
  const slabs = new Slabs()
  const first = lent(slabs)
  const bytes = first.first(6).fill('secret')
  first.drop()
  const second = lent(slabs)
  expect(zeros.equals(second.first(SLAB_BYTES))).toBe(true)
  second.first(SLAB_BYTES).fill(1)
  expect(bytes.toString()).toBe('secret')
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

test('what a request takes is its own, bounded, and empty once it has ended', () => {
  const slabs = new Slabs()
  const memory = new RequestMemory(slabs)
  const sizes = [1000, SLAB_BYTES, 1, SLAB_BYTES - 1, 7, 100_000, 150_000, 200_000]
  const taken = sizes.map((bytes, index) => memory.take(bytes)?.fill(index + 1))
  expect(taken.map((bytes) => bytes?.length)).toEqual(sizes)
  taken.forEach((bytes, index) => {
    expect(bytes?.every((byte) => byte === index + 1)).toBe(true)
  })
  expect(memory.take(SLAB_BYTES + 1)).toBeUndefined()
  const rest = Array.from({ length: 20 }, () => memory.take(SLAB_BYTES)).filter(
    (bytes) => bytes !== undefined,
  )
  expect(rest).toHaveLength(3)
  memory.giveBack()
  expect(taken.map((bytes) => bytes?.length)).toEqual(sizes.map(() => 0))
  expect(memory.take(1)).toBeUndefined()
  const again = Array.from({ length: 64 }, () => lent(slabs))
  expect(again.every((slab) => zeros.equals(slab.first(SLAB_BYTES)))).toBe(true)
})

const BODY = serialize(
  'protobuf',
  Array.from({ length: 450 }, (_, n) => sdkRecord({ ...GROUP, body: `line ${n}` })),
)

/** Forwards a body several times. Gives how many slabs can be lent afterwards. */
async function slabsAfter(
  send: WatchedTransport['send'],
  during = (_: ForwardedExport) => {},
): Promise<number> {
  const { shared } = resolveGatewayOptions({ apiKey: 'key', transport: { send } }, {})
  const forwarder = new Forwarder(shared, { timeoutMs: 1000, connections: 4 })
  for (let round = 0; round < 20; round++) {
    const memory = new RequestMemory(forwarder.slabs)
    const items = await decodeLogs(BODY, 'protobuf', forwarder.templates, memory)
    const newExport = () => {
      const forwarded = forwarder.forward(stableIdsOf(Buffer.from(`${round}`), 'logs'))
      during(forwarded)
      return forwarded
    }
    const { count, forwarded } = await forwardLogs(items, newExport, false, BODY.length)
    await forwarded.finish(count)
    memory.giveBack()
  }
  return Array.from({ length: 100 }, () => forwarder.slabs.lend()).filter((slab) => slab !== undefined).length
}

const accepted = { status: 200, headers: {}, body: '{}' }
const ENDS: Readonly<Record<string, WatchedTransport['send']>> = {
  'is accepted': async (_, onWritten) => {
    onWritten?.(true)
    return accepted
  },
  'is accepted before all of it has left': async () => accepted,
  'has too many entries': async ({ body }, onWritten) => {
    onWritten?.(true)
    return body.length > 5000 ? { ...accepted, status: 413 } : accepted
  },
  'is to be sent again': async () => ({ ...accepted, status: 503 }),
  'gets no answer': async () => {
    throw new Error('no')
  },
}

/** The signs that a transport gives of each batch, and whether the memory of an accepted batch may be used again. */
const SIGNS: readonly (readonly [readonly boolean[], boolean])[] = [
  [[true], true],
  [[true, false], true],
  [[false, true], true],
  [[true, false, true, false], true],
  [[], false],
  [[false], false],
  // The second attempt was answered before all of it had left.
  [[true, false, false], false],
]

test.each(SIGNS)('after the signs %j of a transport, memory is used again: %j', async (signs, isReused) => {
  const bodies: Uint8Array[] = []
  await slabsAfter(async ({ body }, onWritten) => {
    bodies.push(body)
    for (const sign of signs) onWritten?.(sign)
    return accepted
  })
  expect(bodies.length).toBeGreaterThan(0)
  expect(bodies.every(({ length }) => (length === 0) === isReused)).toBe(true)
})

test.each(Object.entries(ENDS))('all slabs come back when each batch %s', async (_, send) => {
  expect(await slabsAfter(send)).toBe(64)
})

test('all slabs come back when the caller has gone', async () => {
  expect(
    await slabsAfter(
      async () => accepted,
      (forwarded) => forwarded.cancel(),
    ),
  ).toBe(64)
  const late = (forwarded: ForwardedExport) => setImmediate(() => forwarded.cancel())
  expect(await slabsAfter(async () => accepted, late)).toBe(64)
})
