import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startInbox } from '../../src/testing/index.js'
import { batchOf, logWith, post, until } from './support.js'

const HELD = 6000

let folder: string
let data: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lognitor-rewrite-'))
  data = join(folder, 'inbox.ndjson')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Logs of an earlier run, as lines of the file. */
function linesFrom(first: number, count = HELD): string {
  const log = (number: number) => logWith({ message: `held ${number}`, metadata: { text: 'x'.repeat(900) } })
  return Array.from(
    { length: count },
    (_, index) => `${JSON.stringify({ kind: 'log', at: 1, value: log(first + index) })}\n`,
  ).join('')
}

const unfinished = () => readdirSync(folder).filter((name) => name.endsWith('.new'))

async function untilRewriting(): Promise<void> {
  const deadline = Date.now() + 10_000
  while (unfinished().length === 0) {
    if (Date.now() > deadline) throw new Error('No rewrite is seen to be under way.')
    await turn()
  }
}

test('other work runs while the file is rewritten, and what comes meanwhile is in the new file once', async () => {
  const inbox = await startInbox({ data })
  const imported = fetch(`${inbox.url}/inbox/api/import`, { method: 'POST', body: linesFrom(0) })
  await untilRewriting()
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'meanwhile' })))
  expect((await imported).status).toBe(200)
  await until(() => unfinished().length === 0, 'the rewrite has ended')
  await inbox.close()
  const again = await startInbox({ data })
  const messages = again.logs().map(({ message }) => message)
  expect(messages).toHaveLength(HELD + 1)
  expect(new Set(messages)).toHaveProperty('size', HELD + 1)
  await again.close()
})

test('emptying the inbox during a rewrite empties the file for good', async () => {
  const inbox = await startInbox({ data })
  await fetch(`${inbox.url}/inbox/api/import`, { method: 'POST', body: linesFrom(0) })
  await untilRewriting()
  inbox.clear()
  expect(readFileSync(data, 'utf8')).toBe('')
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'after' })))
  await inbox.close()
  expect(readFileSync(data, 'utf8').trim().split('\n')).toHaveLength(1)
  expect(readFileSync(data, 'utf8')).toContain('after')
  expect(unfinished()).toEqual([])
})

test('a process that is killed during a rewrite leaves the old data, and the next start removes the rest', async () => {
  writeFileSync(data, linesFrom(0))
  const entry = join(import.meta.dirname, '../../dist/testing.cjs')
  const script = join(folder, 'inbox.cjs')
  writeFileSync(script, `require(${JSON.stringify(entry)}).startInbox({ data: ${JSON.stringify(data)} })`)
  const child = fork(script, { stdio: 'ignore' })
  await untilRewriting()
  child.kill('SIGKILL')
  await once(child, 'exit')
  writeFileSync(`${data}.1.new`, 'left by another')
  const inbox = await startInbox({ data })
  expect(inbox.logs()).toHaveLength(HELD)
  expect(unfinished()).toEqual([])
  await inbox.close()
})

test('a line after a write that failed begins on a line of its own', async () => {
  const inbox = await startInbox({ data })
  rmSync(data)
  symlinkSync(join(folder, 'missing', 'file'), data)
  const warned = once(process, 'warning')
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'not written' })))
  expect((await warned)[0]).toMatchObject({ code: 'LOGNITOR_INBOX_DATA' })
  rmSync(data)
  writeFileSync(data, '{"kind":"log","at":1,"val')
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'written' })))
  await inbox.close()
  const again = await startInbox({ data })
  expect(again.logs().map(({ message }) => message)).toEqual(['written'])
  await again.close()
})

test('a file that is named by a symbolic link is replaced, and the link stays', async () => {
  const link = join(folder, 'link.ndjson')
  writeFileSync(data, linesFrom(0, 1))
  symlinkSync(data, link)
  const inbox = await startInbox({ data: link })
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ message: 'new' })))
  await inbox.close()
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readFileSync(data, 'utf8')).toContain('"new"')
})
