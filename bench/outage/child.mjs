// Writes logs as fast as possible and prints the cost: memory kept, peak memory, time of each call.
// Arguments: the module, the address, the number of logs, the queue's size, optionally a spool folder.
import { createRequire } from 'node:module'

const [module, apiUrl, count, maxQueueSize, spool] = process.argv.slice(2)
const { init } = createRequire(import.meta.url)(module)
const client = init({
  apiKey: 'outage',
  apiUrl,
  service: 'outage',
  maxQueueSize: Number(maxQueueSize),
  maxQueueBytes: 4096 * 1024 * 1024,
  captureUncaught: false,
  flushOnExit: false,
  ...(spool && { spool: { directory: spool, maxBytes: 4096 * 1024 * 1024 } }),
})

const written = Number(count)
const times = new Float64Array(written)
const settled = () => new Promise((resolve) => setImmediate(resolve))
for (let n = 0; n < written; n++) {
  const started = process.hrtime.bigint()
  client.info(`Order ${n} was paid by card after ${n % 7} tries`, {
    metadata: {
      orderId: `ord_${n}`,
      amount: n % 1000,
      currency: 'EUR',
      customer: { id: `cus_${n % 5000}`, tier: 'gold' },
    },
    tags: ['checkout', 'card'],
  })
  times[n] = Number(process.hrtime.bigint() - started)
  if (n % 500 === 499) await settled()
}
const { queued, queuedBytes, dropped, spooled } = client.stats()
for (let n = 0; n < 3; n++) {
  await settled()
  globalThis.gc()
}
// `arrayBuffers` is part of `external`.
const { heapUsed, external } = process.memoryUsage()
times.sort()
process.stdout.write(
  `${JSON.stringify({
    queued,
    queuedBytes,
    dropped,
    spooled,
    retainedBytes: heapUsed + external - times.byteLength,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    medianUs: times[written >> 1] / 1000,
    p99Us: times[Math.floor(written * 0.99)] / 1000,
  })}\n`,
)
process.exit(0)
