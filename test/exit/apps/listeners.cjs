// Counts the listeners of `process` while clients are created and closed.
const { cpSync, mkdtempSync, rmSync } = require('node:fs')
const { dirname, join } = require('node:path')

const entry = require.resolve('@lognitor/opentelemetry')
const events = ['exit', 'beforeExit', 'SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtExceptionMonitor', 'worker']
const others = ['uncaughtException', 'unhandledRejection', 'newListener', 'removeListener']
const count = () =>
  Object.fromEntries([...events, ...others].map((name) => [name, process.listenerCount(name)]))

const emit = process.emit
const counts = { bare: count() }
const { LognitorClient } = require(entry)
counts.imported = count()
const options = (apiKey) => ({ apiKey, apiUrl: 'http://127.0.0.1:9/api/v1' })
const first = new LognitorClient(options('first'))
counts.one = count()
const second = new LognitorClient(options('second'))
counts.two = count()

// Below the project's root, so that the copy finds its dependencies.
const copy = mkdtempSync(join(dirname(dirname(entry)), '.cache', 'copy-'))
cpSync(dirname(entry), copy, { recursive: true })
const third = new (require(join(copy, 'index.cjs')).LognitorClient)(options('third'))
counts.secondCopy = count()

async function end() {
  for (const client of [first, second, third]) await client.shutdown(100)
  counts.none = count()
  counts.emitIsBack = process.emit === emit
  rmSync(copy, { recursive: true })
  process.stdout.write(JSON.stringify(counts))
}
void end()
