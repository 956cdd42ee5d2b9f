// Writes logs at an uneven pace until it is killed, and notes each call that has returned in a place that a kill cannot
// destroy. Arguments: the module, the address, the spool, the notes, its name, a seed.
import { openSync, writeSync } from 'node:fs'
import { appendFile, rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chance } from '../lib/chance.mjs'

const [module, apiUrl, spool, notes, name, seed] = process.argv.slice(2)
const { init } = createRequire(import.meta.url)(module)
const random = chance(Number(seed))
const client = init({
  apiKey: 'kill',
  apiUrl,
  service: 'kill',
  flushInterval: Math.round(50 + random() * 2000),
  batchSize: Math.round(5 + random() * 50),
  maxQueueSize: Math.round(100 + random() * 2000),
  breadcrumbs: { logs: false },
  spool: { directory: spool },
})

const file = openSync(notes, 'a', 0o600)
const now = () => performance.timeOrigin + performance.now()

// How long the disk takes for two small operations, one after the other: the spool is behind by several of these.
let diskMs = 0
let probeBegan = now()
async function probe() {
  probeBegan = now()
  await appendFile(`${notes}-probe-1`, '.')
  await rename(`${notes}-probe-1`, `${notes}-probe-2`)
  diskMs = Math.max(diskMs * 0.8, now() - probeBegan)
  setTimeout(() => void probe(), 20)
  probeBegan = Number.POSITIVE_INFINITY
}
void probe()

const width = 20 + random() * 2000
let count = 0
let lateMs = 0
let expected = now()

function burst() {
  // The delay of the event loop. The disk may be behind by this much more.
  lateMs = Math.max(lateMs * 0.5, now() - expected)
  let words = ''
  for (let n = random() * 20; n > 0; n--) {
    const message = `${name} ${++count}`
    client.info(message, { metadata: { filling: 'x'.repeat(random() * width) } })
    words += `${message}\t${now().toFixed(1)}\n`
  }
  const pauseMs = random() * 12
  expected = now() + pauseMs
  const slowMs = Math.max(diskMs, now() - probeBegan)
  writeSync(file, `${words}next\t${expected.toFixed(1)}\t${lateMs.toFixed(1)}\t${slowMs.toFixed(1)}\n`)
  setTimeout(burst, pauseMs)
}
burst()
