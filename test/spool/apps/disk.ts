// Logs with a disk that is full or hangs, and prints its progress.
import { open } from 'node:fs'
import { resolveOptions } from '../../../src/config/options.js'
import { Pipeline } from '../../../src/pipeline/pipeline.js'

const { LOGS = '2000', PIPES = '', FLUSH_INTERVAL = '200' } = process.env
const pipeline = new Pipeline(resolveOptions({ flushInterval: Number(FLUSH_INTERVAL), maxRetries: 0 }))
const say = (word: string) => process.stdout.write(`${word}\n`)
const pad = 'x'.repeat(200)
process.on('warning', (warning) => say(`warned ${(warning as { code?: string }).code}`))
// These reads keep all threads of the pool busy from here on.
for (const pipe of PIPES.split(' ').filter(Boolean)) open(pipe, 'r', () => {})
for (let n = 1; n <= Number(LOGS); n++) {
  const timestamp = new Date().toISOString()
  if (pipeline.wants('info'))
    pipeline.write({ level: 'info', message: `log ${n}`, timestamp, metadata: { pad } }, { source: 'call' })
}
process.stdin.on('data', async (word) => {
  if (`${word}`.startsWith('flush')) say(`flushed ${await pipeline.flush(300)}`)
  if (`${word}`.startsWith('shutdown')) say(`ended ${await pipeline.shutdown(300)}`)
})
setInterval(() => say(`accepted ${pipeline.stats().accepted}`), 50)
