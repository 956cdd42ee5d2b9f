// One life of a process that logs unevenly, and prints its counters at the end.
// Arguments: the module, the address, the spool or '', its name, the number of seconds, a seed.
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chance } from '../lib/chance.mjs'

const [module, apiUrl, spool, name, seconds, seed] = process.argv.slice(2)
const { init } = createRequire(import.meta.url)(module)
const random = chance(Number(seed))
const client = init({
  apiKey: name.split(' ')[0],
  apiUrl,
  service: 'soak',
  flushInterval: Math.round(50 + random() * 1000),
  batchSize: Math.round(1 + random() * 99),
  maxRetries: Math.round(random() * 4),
  maxQueueSize: Math.round(200 + random() * 3000),
  maxQueueBytes: Math.round((0.2 + random() * 2) * 2 ** 20),
  breadcrumbs: { requests: false, outgoing: false, logs: false },
  ...(spool && { spool: { directory: spool, maxBytes: Math.round((1 + random() * 8) * 2 ** 20) } }),
})
// The client has no call for request entries: the instrumentation writes them through the pipeline.
const pipeline = client[Symbol.for('lognitor.pipeline')]
const scope = { requestIdIsOurs: false }

let count = 0
function burst(size) {
  for (let n = 0; n < size; n++) {
    const id = `${name} ${++count}`
    if (random() < 0.8) client.info(id, { metadata: { filling: 'x'.repeat(random() ** 3 * 4000) } })
    else {
      const timestamp = new Date().toISOString()
      pipeline.request(
        { method: 'GET', path: '/', status_code: 200, duration_ms: 1, request_id: id, timestamp },
        scope,
      )
    }
  }
}

const endsAt = performance.now() + Number(seconds) * 1000
while (performance.now() < endsAt) {
  burst(random() ** 4 * 400)
  if (random() < 0.002) client.pause()
  if (random() < 0.02) client.resume()
  if (random() < 0.005) void client.flush(random() * 1000)
  await new Promise((resolve) => setTimeout(resolve, random() * 60))
}
client.resume()
if (Number(seconds) === 0) {
  // The last life only delivers what is left.
  await pipeline.takeOver()
  const left = () => client.stats().spooled + client.stats().queued + client.stats().inFlight
  for (let n = 0; n < 1200 && (n < 20 || left() > 0); n++)
    await new Promise((resolve) => setTimeout(resolve, 50))
}
// What is still being written to disk when the time for the end is over counts as well.
process.on('exit', () => {
  const { rss } = process.memoryUsage()
  writeSync(1, `${JSON.stringify({ ...client.stats(), rss })}\n`)
})
await client.shutdown(Math.round(random() * 3000))
