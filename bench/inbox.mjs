// The cost of the inbox itself: CPU per log that it takes, the longest time for which a search keeps it from other
// work, and its memory against its bound.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BATCH = 100
const LOGS = 50_000
const SENDERS = 4
const BIG_BATCH = 20
const BIG_KEYS = 14_000
const BIG_BATCHES = 10
const BOUND = 128 * 1024 * 1024
let keys = 0
const folder = mkdtempSync(join(tmpdir(), 'lognitor-bench-'))

try {
  console.log(`CPU per log, ${LOGS} logs in batches of ${BATCH}, all threads of the inbox`)
  for (const [name, options, isWatched] of [
    ['nobody looks', {}, false],
    ['one page follows', {}, true],
    ['with --data', { data: join(folder, 'data.ndjson') }, false],
  ])
    console.log(`  ${name.padEnd(20)} ${(await cpuPerLog(options, isWatched)).toFixed(1).padStart(7)} us`)
  await search()
  await memory()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function cpuPerLog(options, isWatched) {
  const inbox = await open(options)
  if (isWatched)
    for (const events of ['hello,changed', 'hello,rows'])
      await watch(`${inbox.url}/inbox/api/stream?events=${events}`)
  // The first logs are taken by code that is not compiled yet.
  await send(inbox, LOGS, logOf)
  const before = await inbox.ask('reset')
  await send(inbox, LOGS, logOf)
  const after = await inbox.ask('figures')
  inbox.close()
  return (after.cpuMicros - before.cpuMicros) / (after.logs - before.logs)
}

/** Searches for a text that no log contains, so that each log is searched in full. */
async function search() {
  const inbox = await open({})
  await send(inbox, LOGS, (n) => ({
    ...logOf(n),
    metadata: { ...logOf(n).metadata, note: 'x'.repeat(1500) },
  }))
  console.log(`\nSearch through ${LOGS} logs of 2 KB for a text that none contains`)
  for (const [name, paths] of [
    ['one search', ['logs']],
    ['what a page asks for', ['rows', 'volume', 'facets', 'error-series', 'errors', 'request-rows']],
  ]) {
    await inbox.ask('time')
    const startedAt = performance.now()
    await Promise.all(
      paths.map(async (path) => (await fetch(`${inbox.url}/inbox/api/${path}?q=nowhere`)).text()),
    )
    const took = performance.now() - startedAt
    const { longestMs } = await inbox.ask('figures')
    console.log(
      `  ${name.padEnd(20)} ${took.toFixed(0).padStart(7)} ms, the longest turn of the event loop uses ${longestMs.toFixed(0)} ms of CPU`,
    )
  }
  inbox.close()
}

async function memory() {
  const inbox = await open({ maxBytes: BOUND })
  const { heapBytes: before } = await inbox.ask('reset')
  for (let sent = 0; sent < BIG_BATCHES; sent++) await post(inbox, sent, BIG_BATCH, bigLog)
  const { heapBytes, held } = await inbox.ask('figures')
  inbox.close()
  const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(0)} MiB`
  console.log(`\nMemory: logs with ${BIG_KEYS} keys each, bound ${megabytes(BOUND)}`)
  console.log(`  ${held} of ${BIG_BATCHES * BIG_BATCH} logs are held in ${megabytes(heapBytes - before)}`)
}

async function open(options) {
  const child = fork(new URL('inbox/child.mjs', import.meta.url), [JSON.stringify(options)], {
    execArgv: ['--expose-gc'],
  })
  const answer = () => new Promise((resolve) => child.once('message', resolve))
  const { url, apiUrl } = await answer()
  return {
    url,
    apiUrl,
    ask(wish) {
      child.send(wish)
      return answer()
    },
    close: () => child.disconnect(),
  }
}

function watch(url) {
  return new Promise((resolve) => {
    get(url, (response) => {
      response.resume()
      response.on('error', () => {})
      resolve()
    })
  })
}

async function send(inbox, count, make) {
  let next = 0
  const sender = async () => {
    while (next < count) {
      const from = next
      next += BATCH
      await post(inbox, from, BATCH, make)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
}

async function post(inbox, from, count, make) {
  const logs = Array.from({ length: count }, (_, index) => make(from + index))
  const answer = await fetch(`${inbox.apiUrl}/ingest`, {
    method: 'POST',
    headers: { 'x-api-key': 'bench' },
    body: JSON.stringify({ batch_id: `${from}-${performance.now()}`, logs }),
  })
  if (answer.status !== 200) throw new Error(await answer.text())
  await answer.arrayBuffer()
}

function logOf(n) {
  return {
    level: ['debug', 'info', 'info', 'warn'][n % 4],
    message: `order ${n} was looked up by a customer`,
    timestamp: new Date().toISOString(),
    service: ['shop', 'warehouse', 'payments'][n % 3],
    request_id: `request-${n}`,
    trace: { trace_id: n.toString(16).padStart(32, '0'), span_id: n.toString(16).padStart(16, '0') },
    user: { id: `user-${n % 50}` },
    metadata: { orderId: n, region: 'eu', attempt: 1, route: '/orders/:id', instance: 'a-7' },
  }
}

function bigLog(n) {
  const metadata = Object.fromEntries(
    Array.from({ length: BIG_KEYS }, () => [`k${(keys++).toString(36)}`, 1]),
  )
  return { level: 'info', message: `big ${n}`, timestamp: new Date().toISOString(), metadata }
}
