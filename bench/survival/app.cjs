// A service that logs, and then something happens to it: node app.cjs SYSTEM EVENT LOGS EVERY_MS
const { createServer } = require('node:http')
const { setTimeout } = require('node:timers/promises')

const [, , system, event, logs, everyMs] = process.argv

const events = {
  end: () => {},
  exit: () => {
    // In the middle of a loop: nothing asynchronous has had its turn.
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

// Not awaited further: what is thrown in it is to be thrown as an application throws.
main().catch((error) =>
  setImmediate(() => {
    throw error
  }),
)
