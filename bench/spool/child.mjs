// Writes logs at a fixed rate and prints the cost: processor time, and bytes written to disk.
// Arguments: the module, the address, the spool or '', logs a second, number of seconds.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [module, apiUrl, spool, rate, seconds] = process.argv.slice(2)
const { init } = createRequire(import.meta.url)(module)
const client = init({
  apiKey: 'spool',
  apiUrl,
  service: 'spool',
  maxQueueSize: 100_000,
  ...(spool && { spool: { directory: spool } }),
})
const PAUSE_MS = 20
let count = 0

function log() {
  count++
  client.info(`Order ${count} was paid by card`, {
    metadata: { orderId: `ord_${count}`, amount: count % 1000, currency: 'EUR', tier: 'gold' },
  })
}

async function logFor(ms) {
  const started = performance.now()
  for (let due = 0; performance.now() - started < ms; ) {
    due += (Number(rate) * PAUSE_MS) / 1000
    for (; due >= 1; due--) log()
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

/** Bytes written to the file system, without sockets. */
function writtenBytes() {
  try {
    return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

await logFor(1000)
await client.flush()
const before = { logs: count, cpu: process.cpuUsage(), bytes: writtenBytes() }
await logFor(Number(seconds) * 1000)
await client.flush()
const { user, system } = process.cpuUsage(before.cpu)
const logs = count - before.logs
const { dropped } = client.stats()
process.stdout.write(
  `${JSON.stringify({ usPerLog: (user + system) / logs, bytesPerLog: (writtenBytes() - before.bytes) / logs, dropped })}\n`,
)
await client.shutdown()
