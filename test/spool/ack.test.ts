import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/common/clock.js'
import { Spool } from '../../src/spool/spool.js'

let directory: string
let id = 0

beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/lognitor-ack-`)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function open(apiKey = 'key') {
  const counts = { takenOver: 0, lost: 0 }
  const spool = new Spool({
    directory,
    maxBytes: 1024 * 1024,
    apiUrl: 'http://127.0.0.1:1',
    apiKey,
    clock: systemClock,
    newId: () => `id-${++id}`,
    onTakenOver: (entries) => {
      counts.takenOver += entries
    },
    onLost: (_, entries) => {
      counts.lost += entries
    },
  })
  return { spool, counts }
}

const entries = (count: number, first: number, size: number) =>
  Array.from({ length: count }, (_, n) => ({
    queue: 0,
    number: first + n,
    json: Buffer.from(`{"n":"${'x'.repeat(size)}"}`),
  }))
const writeSet = (count: number, first = 1, size = 1) => ({ marks: [], entries: entries(count, first, size) })

test('entries acknowledged synchronously do not come back together with a journal that was taken over', async () => {
  const first = open()
  await first.spool.write(writeSet(5))
  await first.spool.close(1000)
  const second = open()
  await second.spool.lookAround()
  expect(second.counts.takenOver).toBe(5)
  await second.spool.write(writeSet(7))
  second.spool.ackNow([{ queue: 0, first: 1, count: 7 }])
  await second.spool.close(1000)
  const third = open()
  await third.spool.lookAround()
  expect(third.counts).toEqual({ takenOver: 5, lost: 0 })
  await third.spool.close(1000)
})

test('an exit in the middle of a takeover deletes nothing of the other journal', async () => {
  const first = open()
  await first.spool.write(writeSet(5))
  await first.spool.close(1000)
  const [parent] = readdirSync(directory).map((name) => join(directory, name)) as [string]
  const owners = () => readdirSync(parent).filter((name) => /^\d+-/.test(name))
  const [former] = owners() as [string]
  const [journal] = readdirSync(join(parent, former, 'from')) as [string]
  const second = open()
  const present = owners().find((name) => name !== former) as string
  const adopted = () => existsSync(join(parent, present, 'from', journal))
  const looking = second.spool.lookAround()
  while (!adopted()) await new Promise(setImmediate)
  expect(second.counts.takenOver).toBe(0)
  second.spool.ackNow([])
  await looking
  await second.spool.close(1000)
  const third = open()
  await third.spool.lookAround()
  expect(third.counts).toEqual({ takenOver: 5, lost: 0 })
  await third.spool.close(1000)
})

test('acknowledging every entry synchronously leaves nothing on disk', async () => {
  const first = open()
  await first.spool.write(writeSet(7))
  first.spool.ackNow([{ queue: 0, first: 1, count: 7 }])
  await first.spool.close(1000)
  const second = open()
  await second.spool.lookAround()
  expect(second.counts).toEqual({ takenOver: 0, lost: 0 })
  await second.spool.close(1000)
})

test('a batch that is being read still counts as spooled', async () => {
  const { spool } = open()
  await spool.write(writeSet(7))
  spool.spill(
    { queue: 0, first: 1, count: 7 },
    { id: undefined, isMarked: false, attempts: 0, boundTo: undefined },
  )
  const taking = spool.next()
  expect(spool.count).toBe(7)
  expect(spool.oldest[0]).toBe(1)
  const batch = await taking
  expect(batch?.entries).toHaveLength(7)
  expect(spool.count).toBe(0)
  await spool.close(1000)
})

test('an entry acknowledged during its write does not come back', async () => {
  const first = open()
  // So large that hardly another line fits into the first file.
  await first.spool.write(writeSet(2, 1, 32_720))
  first.spool.ack({ queue: 0, first: 1, count: 1 })
  const written = first.spool.write(writeSet(10, 3))
  first.spool.ack({ queue: 0, first: 3, count: 1 })
  await written
  // Now everything in the first file is done, and the file is deleted.
  first.spool.ack({ queue: 0, first: 2, count: 1 })
  await first.spool.close(1000)
  const second = open()
  await second.spool.lookAround()
  expect(second.counts).toEqual({ takenOver: 9, lost: 0 })
  await second.spool.close(1000)
})

test('acknowledging entries of a former key synchronously deletes none of the new key', async () => {
  const first = open()
  await first.spool.write(writeSet(5))
  const range = { queue: 0, first: 1, count: 5 }
  first.spool.attach({
    onBacklog: () => {},
    onForgotten: () => {},
    inMemory: () => [range],
    boundInMemory: () => ({ ...writeSet(5), marks: [{ ...range, id: 'sent' }] }),
  })
  first.spool.move('http://127.0.0.1:1', 'new')
  await first.spool.write(writeSet(5, 6))
  first.spool.ackNow([{ queue: 0, first: 1, count: 5 }])
  await first.spool.close(1000)
  const [former, present] = [open(), open('new')]
  await Promise.all([former.spool.lookAround(), present.spool.lookAround()])
  expect([former.counts.takenOver, present.counts.takenOver]).toEqual([0, 5])
  await Promise.all([former.spool.close(1000), present.spool.close(1000)])
})
