// Logs, waits until the batch is sent and on disk, and goes on with another key.
import { resolveOptions } from '../../../src/config/options.js'
import { Pipeline } from '../../../src/pipeline/pipeline.js'

const pipeline = new Pipeline(resolveOptions({ flushInterval: 50 }))
const log = (name: string) => {
  for (let n = 1; n <= 5; n++) {
    const timestamp = new Date().toISOString()
    if (pipeline.wants('info'))
      pipeline.write({ level: 'info', message: `${name} ${n}`, timestamp }, { source: 'call' })
  }
}
log('early')
setTimeout(() => {
  pipeline.reconfigure({ ...pipeline.settings, apiKey: 'new' })
  log('late')
  process.stdout.write('rekeyed\n')
}, 500)
setInterval(() => {}, 1000)
