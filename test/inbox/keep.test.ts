import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startInbox } from '../../src/testing/index.js'
import { batchOf, call, get, logWith, post, requestWith, until } from './support.js'

let folder: string
let data: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lognitor-keep-'))
  data = join(folder, 'inbox.ndjson')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function filled() {
  const inbox = await startInbox({ data })
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'one' }), logWith({ message: 'two' })))
  await post(`${inbox.apiUrl}/ingest/requests`, { requests: [requestWith({ request_id: 'r' })] })
  await post(`${inbox.apiUrl}/releases/register`, { version: '1' })
  await post(`${inbox.apiUrl}/feedback`, { event_id: 'e', comments: 'c' })
  await post(`${inbox.apiUrl}/heartbeat/beat`, '')
  return inbox
}

test('all data is there again after a restart, in order and with its time of arrival', async () => {
  const first = await filled()
  const before = await get<object>(first, 'logs/1')
  const held = [first.logs(), first.requests(), first.releases(), first.feedback(), first.heartbeats()]
  await first.close()
  const second = await startInbox({ data })
  expect([
    second.logs(),
    second.requests(),
    second.releases(),
    second.feedback(),
    second.heartbeats(),
  ]).toEqual(held)
  expect(await get(second, 'logs/1')).toEqual(before)
  await second.close()
})

test('new data is in the file soon, and not only at the end', async () => {
  const inbox = await filled()
  await until(() => readFileSync(data, 'utf8').split('\n').length === 7, 'six lines are written')
  await inbox.close()
})

test('lines that cannot be read are skipped, with one warning', async () => {
  await (await filled()).close()
  appendFileSync(
    data,
    'not json\n{"kind":"log","at":1,"value":{"level":"loud"}}\n{"kind":"other"}\n{"kind":"log"',
  )
  const warnings: Error[] = []
  const listen = (warning: Error) => warnings.push(warning)
  process.on('warning', listen)
  const inbox = await startInbox({ data })
  await until(() => warnings.length > 0, 'a warning is given')
  process.off('warning', listen)
  expect(inbox.logs()).toHaveLength(2)
  expect(warnings.map((warning) => warning.message)).toEqual([
    `4 lines of ${data} could not be read, and are left out.`,
  ])
  expect(warnings[0]).toMatchObject({ code: 'LOGNITOR_INBOX_DATA' })
  await inbox.close()
})

test('a file holds no more than the inbox does', async () => {
  const inbox = await startInbox({ data, maxLogs: 3 })
  await post(`${inbox.apiUrl}/ingest`, batchOf(...Array.from({ length: 50 }, () => logWith())))
  await inbox.close()
  const again = await startInbox({ data, maxLogs: 3 })
  expect(again.logs()).toHaveLength(3)
  expect(readFileSync(data, 'utf8').trim().split('\n')).toHaveLength(3)
  await again.close()
})

test('a file that grows is rewritten by itself', async () => {
  const inbox = await startInbox({ data, maxLogs: 5, maxBytes: 20_000 })
  const batch = () => batchOf(...Array.from({ length: 20 }, () => logWith({ message: 'x'.repeat(500) })))
  for (let round = 0; round < 6; round++) {
    const { mtimeNs } = statSync(data, { bigint: true })
    await post(`${inbox.apiUrl}/ingest`, batch())
    await until(() => statSync(data, { bigint: true }).mtimeNs > mtimeNs, 'the batch is in the file')
  }
  await inbox.close()
  expect(readFileSync(data, 'utf8').length).toBeLessThan(60_000)
})

test('emptying the inbox empties the file', async () => {
  const inbox = await filled()
  inbox.clear()
  expect(readFileSync(data, 'utf8')).toBe('')
  await inbox.close()
})

test('a file that cannot be written is refused at the start with a message', async () => {
  await expect(startInbox({ data: folder })).rejects.toMatchObject({ code: 'LOGNITOR_BAD_OPTION' })
  await expect(startInbox({ data: '' })).rejects.toThrow('data must be the path of a file')
})

test('an import accepts an export and bare logs, and no alert fires for old logs', async () => {
  const first = await filled()
  const exported = await (await fetch(`${first.url}/inbox/api/export`)).text()
  await first.close()
  writeFileSync(data, '')
  const second = await startInbox()
  const plain = JSON.stringify(logWith({ level: 'error', error: { type: 'E', message: 'm' } }))
  const answer = await call(`${second.url}/inbox/api/import`, {
    method: 'POST',
    body: `${exported}${plain}\n\nnope`,
  })
  expect(answer.body).toEqual({ imported: 7, refused: 1, problems: ['Line 8: Not valid JSON.'] })
  expect(second.logs()).toHaveLength(3)
  expect(second.alerts()).toEqual([])
  await second.close()
})

test('pages of other origins import and export nothing', async () => {
  const inbox = await startInbox()
  const headers = { origin: 'https://example.com' }
  expect((await call(`${inbox.url}/inbox/api/import`, { method: 'POST', body: '{}', headers })).status).toBe(
    403,
  )
  expect((await call(`${inbox.url}/inbox/api/export`, { headers })).status).toBe(403)
  await inbox.close()
})

test('a batch that is repeated after a restart gets its first answer again and is not shown twice', async () => {
  const batch = batchOf(logWith({ message: 'one' }), logWith({ level: 'loud' }), logWith({ message: 'two' }))
  const first = await startInbox({ data })
  const { status, body } = await post(`${first.apiUrl}/ingest`, batch)
  await first.close()
  // The second start rewrites the file, and the third reads what it wrote.
  for (let restart = 0; restart < 2; restart++) {
    const inbox = await startInbox({ data })
    expect(await post(`${inbox.apiUrl}/ingest`, batch)).toMatchObject({ status, body })
    expect(inbox.logs().map(({ message }) => message)).toEqual(['one', 'two'])
    expect(inbox.stats()).toMatchObject({ duplicateBatches: 1 })
    await inbox.close()
  }
})

test('a line whose batch cannot be read is a log like any other', async () => {
  const log = logWith({ message: 'kept' })
  const wrong = [
    1,
    {},
    { id: '' },
    { id: 'b', status: 500, answer: {} },
    { id: 'b', status: 200, answer: { errors: 1 } },
  ]
  writeFileSync(
    data,
    wrong.map((batch) => JSON.stringify({ kind: 'log', at: 1, batch, value: log })).join('\n'),
  )
  const inbox = await startInbox({ data })
  expect(inbox.logs()).toHaveLength(wrong.length)
  await inbox.close()
})
