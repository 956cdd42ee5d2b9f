// A service that logs until an event: node app.cjs SYSTEM EVENT LOGS EVERY_MS
const { createServer } = require('node:http')
const { setTimeout } = require('node:timers/promises')

const [, , system, event, logs, everyMs] = process.argv

const events = {
  end: () => {},
  exit: () => {
    // In the middle of a loop: no asynchronous work has run yet.
    for (let n = 0; ; n++) if (n === 1_000_000) process.exit(0)
  },
  throw: () => {
    throw new Error('survival error')
  },
  reject: () => void Promise.reject(new Error('survival error')),
  SIGTERM: () => createServer().listen(0, '127.0.0.1', () => process.stdout.write('ready\n')),
}

async function main() {
  const { start } = await import('./systems.mjs')
  const log = await start(system)
  for (let n = 0; n < Number(logs); n++) {
    log(`survival log ${n}.`)
    if (Number(everyMs) > 0) await setTimeout(Number(everyMs))
  }
  process.stdout.write('now\n')
  events[event]()
}

// Not awaited, so that an error in it is thrown as in an application.
main().catch((error) =>
  setImmediate(() => {
    throw error
  }),
)
