import { expect, test } from 'vitest'
import { Queue } from '../../src/delivery/queue.js'
import type { BatchStore, EntryRange, WriteSet } from '../../src/delivery/store/batch-store.js'
import { WriteBehind } from '../../src/delivery/store/write-behind.js'
import { manualClock } from '../support/manual-clock.js'
import { closedLatch, settle } from '../support/until.js'

function open(answer: () => Promise<boolean> = async () => true) {
  const clock = manualClock()
  const settings = { batchSize: 100, maxQueueSize: 1000, maxQueueBytes: 1024 * 1024 }
  const queue = new Queue({ settings, clock, newId: () => 'id' })
  const written: number[] = []
  const ended: EntryRange[] = []
  const store: Partial<BatchStore> = {
    write: async ({ entries }: WriteSet) => {
      if (!(await answer())) return false
      written.push(...entries.map(({ number }) => number))
      return true
    },
    ack: (range) => void ended.push(range),
    attach: () => {},
    isMoving: false,
    isWithFormer: () => false,
  }
  const writeBehind = new WriteBehind({
    store: store as BatchStore,
    queue,
    clock,
    outside: (fn) => fn(),
    isFormer: () => false,
    onSettled: () => {},
    onBacklog: () => {},
  })
  queue.overflow = writeBehind
  const add = (count: number) => {
    for (let n = 0; n < count; n++) {
      queue.add(queue.logs, '{}')
      writeBehind.entered()
    }
  }
  return { clock, queue, writeBehind, written, ended, add }
}

test('entries that a full queue has written are not written again at the next tick, and are acknowledged', async () => {
  const { clock, queue, writeBehind, written, ended, add } = open()
  add(1)
  add(19)
  expect(writeBehind.makeRoom(queue.logs)).toBe('soon')
  await settle()
  add(10)
  // This tick writes what was in the queue at the previous one, which is less than is written already.
  clock.advance(80)
  await settle()
  writeBehind.gone({ queue: 0, first: 11, count: 10 })
  expect(ended).toEqual([{ queue: 0, first: 11, count: 10 }])
  clock.advance(160)
  await settle()
  expect(written).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
})

test('a failed write is tried again although no entry comes in', async () => {
  const failure = closedLatch()
  const answers = [failure.promise.then(() => false)]
  const { clock, written, add } = open(() => answers.shift() ?? Promise.resolve(true))
  add(1)
  for (let n = 0; n < 10; n++) {
    clock.advance(80)
    await settle(2)
  }
  // By now everything has been passed to the disk, and no tick is scheduled.
  failure.open()
  await settle()
  for (let n = 0; n < 3; n++) {
    clock.advance(5_000)
    await settle(2)
  }
  expect(written).toEqual([1])
})

test('a batch is sent although its mark is not written in time, and the mark is written later', async () => {
  const written = closedLatch()
  const { clock, queue, writeBehind, add } = open(async () => {
    await written.promise
    return true
  })
  add(5)
  clock.advance(80)
  clock.advance(80)
  await settle(2)
  add(5)
  const flight = queue.takeNext(true, () => true)
  expect(flight?.batch.count).toBe(10)
  let isSealed = false
  if (flight !== undefined) void writeBehind.seal(flight.queue, flight.batch).then(() => (isSealed = true))
  await settle()
  expect(isSealed).toBe(false)
  clock.advance(1_000)
  await settle()
  expect(isSealed).toBe(true)
  written.open()
})
