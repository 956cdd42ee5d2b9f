import { expect, test } from 'vitest'
import type { BatchStore, EntryRange, WriteSet } from '../../src/delivery/keeper.js'
import { Keeping } from '../../src/delivery/keeping.js'
import { Queue } from '../../src/delivery/queue.js'
import { manualClock } from '../support/manual-clock.js'
import { settle } from '../support/until.js'

function open() {
  const clock = manualClock()
  const settings = { batchSize: 100, maxQueueSize: 1000, maxQueueBytes: 1024 * 1024 }
  const queue = new Queue({ settings, clock, newId: () => 'id' })
  const written: number[] = []
  const ended: EntryRange[] = []
  const store: Partial<BatchStore> = {
    write: async ({ entries }: WriteSet) => {
      written.push(...entries.map(({ number }) => number))
      return true
    },
    ack: (range) => void ended.push(range),
  }
  const keeping = new Keeping({
    store: store as BatchStore,
    queue,
    clock,
    outside: (fn) => fn(),
    onSettled: () => {},
  })
  queue.relief = keeping
  const add = (count: number) => {
    for (let n = 0; n < count; n++) {
      queue.add(queue.logs, '{}')
      keeping.entered()
    }
  }
  return { clock, queue, keeping, written, ended, add }
}

test('what a full queue had written at once is not written again at the next tick, and its end is told', async () => {
  const { clock, queue, keeping, written, ended, add } = open()
  add(1)
  add(19)
  expect(keeping.relieve(queue.logs)).toBe('soon')
  await settle()
  add(10)
  // Due at this tick is what was there when it was set: less than is written already.
  clock.advance(80)
  await settle()
  keeping.gone({ line: 0, first: 11, count: 10 })
  expect(ended).toEqual([{ line: 0, first: 11, count: 10 }])
  clock.advance(160)
  await settle()
  expect(written).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
})
