import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Journal } from '../../src/spool/journal.js'
import { entryLine } from '../../src/spool/record.js'

let directory: string
let journal: Journal

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lognitor-journal-'))
  // Each write begins a new file.
  journal = new Journal(directory, 1)
})
afterEach(async () => {
  await journal.close()
  rmSync(directory, { recursive: true, force: true })
})

async function write(from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from + 1 }, (_, n) => from + n)
  const lines = numbers.flatMap((number) => entryLine(0, number, Buffer.from(`{"n":${number}}`)))
  await journal.append(
    lines,
    numbers.map((number) => ({ queue: 0, number })),
  )
}

test('reads a batch that lies in several files', async () => {
  for (let n = 0; n < 5; n++) await write(n * 10 + 1, n * 10 + 10)
  const read = await journal.read({ queue: 0, first: 5, count: 40 })
  expect(read.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, n) => n + 5))
  expect(read[0]?.json.toString()).toBe('{"n":5}')
})

test('reads the whole batch although older files are deleted meanwhile', async () => {
  for (let n = 0; n < 6; n++) await write(n * 10 + 1, n * 10 + 10)
  const reading = journal.read({ queue: 0, first: 25, count: 30 })
  await journal.removeOldest()
  await journal.removeOldest()
  expect((await reading).map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, n) => n + 25))
})

test('deletes its files from the oldest on, once all entries in them are done', async () => {
  for (let n = 0; n < 3; n++) await write(n * 10 + 1, n * 10 + 10)
  journal.end({ queue: 0, first: 11, count: 10 })
  await journal.trim()
  expect(journal.live).toBe(20)
  expect(journal.holds({ queue: 0, first: 1, count: 30 })).toBe(true)
  journal.end({ queue: 0, first: 1, count: 10 })
  await journal.trim()
  expect(journal.holds({ queue: 0, first: 1, count: 1 })).toBe(false)
  expect(journal.holds({ queue: 0, first: 21, count: 10 })).toBe(true)
  journal.end({ queue: 0, first: 21, count: 10 })
  await journal.trim()
  expect(journal).toMatchObject({ live: 0, bytes: 0 })
})
