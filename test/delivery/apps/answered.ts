// Answers requests, and exits on a message while their entries are in flight.
import { resolveOptions } from '../../../src/config/options.js'
import { Pipeline } from '../../../src/pipeline/pipeline.js'
import { currentScope } from '../../../src/scope/current.js'

const pipeline = new Pipeline(resolveOptions())
pipeline.watchEnd(() => () => {})
const timestamp = new Date().toISOString()
for (let n = 0; n < 25; n++) {
  const entry = {
    method: 'GET',
    path: `/${n}`,
    status_code: 200,
    duration_ms: 1,
    request_id: `${n}`,
    timestamp,
  }
  pipeline.request(entry, currentScope())
}
process.on('exit', () => process.stdout.write(JSON.stringify(pipeline.stats())))
process.on('SIGTERM', () => process.exit(0))
setInterval(() => {}, 1000)
