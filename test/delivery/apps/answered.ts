// Answers requests, and exits on a message while their entries are in flight.
import { resolveOptions } from '../../../src/config/options.js'
import { Pipeline } from '../../../src/pipeline/pipeline.js'
import { currentScope } from '../../../src/scope/current.js'

const pipeline = new Pipeline(resolveOptions())
pipeline.watchEnd(() => () => {})

function answerRequests(): void {
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
}

/** The entries are written to the open connection, and the signal is heard, in one turn of the event loop. */
function endAtOnce(): void {
  // As many as leave without waiting for more.
  for (let n = 0; n < 4; n++) answerRequests()
  process.kill(process.pid, 'SIGTERM')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
}

answerRequests()
process.on('exit', () => process.stdout.write(JSON.stringify(pipeline.stats())))
process.on('SIGTERM', () => process.exit(0))
setInterval(() => {}, 1000)
if (process.argv[2] === 'at once') void pipeline.flush(20_000).then(() => setImmediate(endAtOnce))
