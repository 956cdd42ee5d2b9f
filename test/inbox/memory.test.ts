import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { batchOf, logWith, post } from './support.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The heap in use, when all that was sent has been let go. */
async function heapBytes(): Promise<number> {
  for (let turn = 0; turn < 5; turn++) {
    await setImmediate()
    collect()
  }
  return process.memoryUsage().heapUsed
}

const MIB = 1024 * 1024
let keys = 0
const freshKey = () => `k${(keys++).toString(36)}`

/** Metadata whose objects take far more memory than their text. */
const SHAPES: Readonly<Record<string, () => unknown>> = {
  'fourteen thousand keys': () => Object.fromEntries(Array.from({ length: 14_000 }, () => [freshKey(), 1])),
  'many objects with keys of their own': () => ({
    list: Array.from({ length: 6000 }, () => ({ [freshKey()]: 1 })),
  }),
  'many empty objects': () => ({ list: Array.from({ length: 14_000 }, () => ({})) }),
}

async function fillWith(shape: string, maxBytes: number, batches: number): Promise<Inbox> {
  const inbox = await startInbox({ maxBytes })
  onTestFinished(() => inbox.close())
  for (let batch = 0; batch < batches; batch++) {
    const logs = Array.from({ length: 5 }, () => logWith({ metadata: SHAPES[shape]?.() }))
    expect((await post(`${inbox.apiUrl}/ingest`, batchOf(...logs))).status).toBe(200)
  }
  return inbox
}

test.each(Object.keys(SHAPES))('logs with %s take no more memory than the inbox may hold', async (shape) => {
  // The first calls load code and compile it, which stays in memory too.
  await (await fillWith(shape, MIB, 2)).close()
  const maxBytes = 32 * MIB
  const before = await heapBytes()
  const inbox = await fillWith(shape, maxBytes, 12)
  expect(inbox.logs().length).toBeLessThan(60)
  expect(inbox.logs().length).toBeGreaterThan(4)
  expect((await heapBytes()) - before).toBeLessThan(maxBytes)
})
