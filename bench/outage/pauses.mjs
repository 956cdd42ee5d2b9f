// The longest time that one turn of the event loop takes while an application logs, as CPU time, so that a busy machine
// does not count. Arguments: the module ('' for an application that does not log), the address, turns.
import { openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { median } from '../lib/figures.mjs'

const [module, apiUrl, turns] = process.argv.slice(2)
const LOGS_A_TURN = 10
const WARM_UP = 2000
const WINDOWS = 5
const cpuMs = cpuClock()
const info = module === '' ? () => '' : client().info

/** The longest turn of each window: of one window it may be the machine's. */
const longest = new Array(WINDOWS).fill(0)
let last = cpuMs()
for (let turn = -WARM_UP; turn < Number(turns); turn++) {
  for (let n = 0; n < LOGS_A_TURN; n++) {
    info(`Order ${n} was paid by card after ${turn % 7} tries`, {
      metadata: {
        orderId: `ord_${n}`,
        amount: turn % 1000,
        currency: 'EUR',
        customer: { id: `cus_${n}`, tier: 'gold' },
      },
      tags: ['checkout', 'card'],
    })
  }
  await new Promise((resolve) => setImmediate(resolve))
  const now = cpuMs()
  const window = Math.floor((turn * WINDOWS) / Number(turns))
  if (turn >= 0) longest[window] = Math.max(longest[window], now - last)
  last = now
}
process.stdout.write(`${JSON.stringify({ longestMs: median(longest) })}\n`)
process.exit(0)

function client() {
  const { init } = createRequire(import.meta.url)(module)
  return init({ apiKey: 'pauses', apiUrl, service: 'pauses', captureUncaught: false, flushOnExit: false })
}

/**
 * CPU of the main thread, where the kernel tells it: what the garbage collector and the compiler do in other threads makes
 * nobody wait. Elsewhere that of all threads.
 */
function cpuClock() {
  const seen = Buffer.alloc(64)
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
    const nanoseconds = () =>
      Number(seen.toString('latin1', 0, readSync(file, seen, 0, seen.length, 0)).split(' ')[0])
    if (nanoseconds() > 0) return () => nanoseconds() / 1e6
  } catch {
    // Not Linux.
  }
  return () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
}
