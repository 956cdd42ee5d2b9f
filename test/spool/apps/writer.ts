// Writes logs and request entries, says when they are old enough to be on disk, and stays until it is killed.
import { resolveOptions } from '../../../src/options.js'
import { Pipeline } from '../../../src/pipeline.js'
import { currentScope } from '../../../src/scope/current.js'

const { LOGS = '10', REQUESTS = '0', NAME = 'log', WAIT_MS = '400' } = process.env
const pipeline = new Pipeline(resolveOptions())
const timestamp = new Date().toISOString()
for (let n = 1; n <= Number(LOGS); n++) {
  if (pipeline.wants('info'))
    pipeline.write({ level: 'info', message: `${NAME} ${n}`, timestamp }, { way: 'call' })
}
for (let n = 1; n <= Number(REQUESTS); n++) {
  pipeline.request(
    { method: 'GET', path: `/${NAME}/${n}`, status_code: 200, duration_ms: 1, request_id: `${n}`, timestamp },
    currentScope(),
  )
}
setTimeout(() => process.stdout.write(`${JSON.stringify(pipeline.stats())}\n`), Number(WAIT_MS))
setInterval(() => {}, 1000)
