// Writes some logs, starts the upload, and then has nothing more to do.
import { resolveOptions } from '../../../src/config/options.js'
import { Pipeline } from '../../../src/pipeline/pipeline.js'

const pipeline = new Pipeline(resolveOptions())
const now = new Date().toISOString()
for (let n = 0; n < Number(process.env.LOGS ?? 25); n++) {
  if (pipeline.wants('info'))
    pipeline.write({ level: 'info', message: `log ${n}`, timestamp: now }, { source: 'call' })
}
if (process.env.STATS) {
  const staysAlive = setInterval(() => {}, 1000)
  process.once('warning', () =>
    setImmediate(() => {
      process.stdout.write(`${JSON.stringify(pipeline.stats())}\n`)
      clearInterval(staysAlive)
    }),
  )
}
// Long enough for the upload to start; an upload alone must not keep the process alive.
setTimeout(() => {
  const flushMs = Number(process.env.FLUSH_MS ?? 0)
  if (flushMs > 0) {
    void pipeline.flush(flushMs).then((isDelivered) => process.stdout.write(`${isDelivered}\n`))
  }
  process.stdout.write('nothing more to do\n')
}, 300)
