// Writes logs and request entries, reports when all of them are on disk, and runs until it is killed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveOptions } from '../../../src/config/options.js'
import { Pipeline } from '../../../src/pipeline/pipeline.js'
import { currentScope } from '../../../src/scope/current.js'

const { LOGS = '10', REQUESTS = '0', NAME = 'log', LOGNITOR_SPOOL_DIR = '' } = process.env
const pipeline = new Pipeline(resolveOptions())
const timestamp = new Date().toISOString()
for (let n = 1; n <= Number(LOGS); n++) {
  if (pipeline.wants('info'))
    pipeline.write({ level: 'info', message: `${NAME} ${n}`, timestamp }, { source: 'call' })
}
for (let n = 1; n <= Number(REQUESTS); n++) {
  pipeline.request(
    { method: 'GET', path: `/${NAME}/${n}`, status_code: 200, duration_ms: 1, request_id: `${n}`, timestamp },
    currentScope(),
  )
}

const timer = setInterval(() => {
  if (linesOnDisk() < Number(LOGS) + Number(REQUESTS)) return
  clearInterval(timer)
  process.stdout.write(`${JSON.stringify(pipeline.stats())}\n`)
}, 10)
setInterval(() => {}, 1000)

function linesOnDisk(): number {
  const own = new RegExp(`/${process.pid}-[0-9a-f]{12}/\\d+\\.log$`)
  let files: string[]
  try {
    files = readdirSync(LOGNITOR_SPOOL_DIR, { recursive: true, encoding: 'utf8' })
  } catch {
    // A folder was taken over during the read.
    return 0
  }
  files = files.filter((name) => own.test(`/${name}`))
  const lines = files.flatMap((name) => readFileSync(join(LOGNITOR_SPOOL_DIR, name), 'latin1').split('\n'))
  return lines.slice(0, -1).filter((line) => /^[LR] /.test(line)).length
}
