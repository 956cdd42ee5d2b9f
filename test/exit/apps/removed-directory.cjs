// Its working directory is removed, as a deployment may do; then the process ends in the given way.
const { mkdtempSync, readlinkSync, rmdirSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { events } = require('./events.cjs')

const lognitor = process.env.LOGNITOR_API_KEY ? require('@lognitor/opentelemetry') : undefined
const client = lognitor?.init()
const folder = mkdtempSync(join(tmpdir(), 'removed-'))
process.chdir(folder)
rmdirSync(folder)
// The first parts of OpenTelemetry may be made only now.
for (const Part of [lognitor?.LognitorLogRecordExporter, lognitor?.LognitorLogRecordProcessor])
  if (Part) new Part({ client })
for (let n = 0; n < 50; n++) client?.info(`log ${n}`)
process.on('exit', () =>
  process.stdout.write(readlinkSync('/proc/self/cwd').replace(/removed-\w+/, 'removed')),
)
events[process.argv[2]]()
