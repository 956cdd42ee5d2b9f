import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stableIdsOf } from '../../src/gateway/body-ids.js'
import { ID_BYTES, WrittenLogs } from '../../src/gateway/decode/written-logs.js'
import { BatchBody } from '../../src/gateway/forward/batch-body.js'
import { Slabs } from '../../src/gateway/slabs.js'

const GROUP = { resource: { attributes: {} }, scope: { name: '' } }
const ID = '00000000-0000-8000-8000-000000000000'

/** Logs of these lengths side by side in one page. */
function page(lengths: readonly number[], letter: string): WrittenLogs {
  const text = lengths
    .map((length, index) => JSON.stringify(`${letter}${index}`.padEnd(length, '.')))
    .join(',')
  const logs = new WrittenLogs(GROUP, Buffer.from(text), 0)
  let at = 0
  for (const length of lengths) {
    const end = at + JSON.stringify(`${letter}${logs.count}`.padEnd(length, '.')).length
    logs.ends.push(end)
    at = end + 1
  }
  return logs
}

const PAGES = [page([9, 1, 700, 3000, 40], 'a'), page([60_000, 5, 5, 150_000, 90_000], 'b')]
const TEXTS = ['"€ äöü"', '"short"', JSON.stringify('x'.repeat(5000))]
const textOf = (logs: WrittenLogs, index: number) =>
  logs.page.toString('utf8', logs.startOf(index), logs.ends[index])

const step = fc.oneof(
  fc.record({ page: fc.constantFrom(0, 1), index: fc.nat(4), many: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ text: fc.nat(2) }),
)

test('entries from pages and texts, in any order, arrive as they were added', () => {
  const slabs = new Slabs()
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, hasSlab) => {
      const body = new BatchBody('0', '/ingest', hasSlab ? slabs.lend() : undefined)
      const expected: string[] = []
      const add = (text: string, isAdded: boolean) => {
        if (isAdded) expected.push(text)
      }
      for (const each of steps) {
        if ('text' in each) {
          const text = TEXTS[each.text] as string
          add(text, body.add(text, expected.length))
          continue
        }
        const logs = PAGES[each.page] as WrittenLogs
        const last = Math.min(5, each.index + each.many)
        for (let index = each.index; index < last; index++)
          add(textOf(logs, index), body.add(logs, expected.length, index))
      }
      body.seal()
      const whole = (of: BatchBody) => {
        expect(of.byteLength).toBe(of.body(ID).length)
        return of.body(ID).toString()
      }
      const around = (entries: string[]) => `{"batch_id":"${ID}","logs":[${entries.join(',')}]}`
      const middle = Math.ceil(expected.length / 2)
      const halves = body.halves().map(whole)
      expect(halves).toEqual([around(expected.slice(0, middle)), around(expected.slice(middle))])
      expect(whole(body)).toBe(around(expected))
      body.isReadToEnd()
      body.end()
    }),
  )
})

test('a sealed body needs the page no longer', () => {
  const logs = page([10, 10], 'c')
  const body = new BatchBody('0', '/ingest')
  for (const index of [0, 1]) body.add(logs, index, index)
  const expected = [0, 1].map((index) => textOf(logs, index)).join(',')
  body.seal()
  logs.page.fill(0)
  expect(body.body(ID).toString()).toContain(expected)
})

test('only a body that nobody reads any more gives its memory back', () => {
  const slabs = new Slabs()
  const bodyOf = () => {
    const slab = slabs.lend()
    if (slab === undefined) throw new Error('no slab was lent')
    const body = new BatchBody('0', '/ingest', slab)
    body.add('"a"', 0)
    return { bytes: slab.first(10), body }
  }
  const unsent = bodyOf()
  unsent.body.end()
  expect(unsent.bytes).toHaveLength(0)

  const read = bodyOf()
  const sent = read.body.body(ID)
  read.body.isReadToEnd()
  read.body.end()
  expect(sent).toHaveLength(0)

  const unread = bodyOf()
  const held = unread.body.body(ID)
  const text = held.toString()
  unread.body.end()
  expect(unread.bytes).toHaveLength(10)
  expect(held.toString()).toBe(text)
})

test('an id is written as it is given', () => {
  const ids = stableIdsOf(Buffer.from('hash'), 'logs')
  const bytes = Buffer.alloc(ID_BYTES + 2, '-')
  for (const position of [0, 1, 15, 16, 255, 249_999, 2 ** 31, 2 ** 32 - 1]) {
    ids.writeLogId(position, bytes, 1)
    expect(bytes.toString()).toBe(`-${ids.logId(position)}-`)
  }
})
