// The longest time that one turn of the event loop takes while an application logs, as CPU time, so that a busy machine
// does not count. Arguments: the module ('' for an application that does not log), the address, turns.
import { createRequire } from 'node:module'

const [module, apiUrl, turns] = process.argv.slice(2)
const LOGS_A_TURN = 10
const WARM_UP = 2000
const info = module === '' ? () => '' : client().info

let longest = 0
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
  if (turn >= 0) longest = Math.max(longest, now - last)
  last = now
}
process.stdout.write(`${JSON.stringify({ longestMs: longest })}\n`)
process.exit(0)

function client() {
  const { init } = createRequire(import.meta.url)(module)
  return init({ apiKey: 'pauses', apiUrl, service: 'pauses', captureUncaught: false, flushOnExit: false })
}

/** Of all threads of the process; while the loop is busy that is the main thread's and the garbage collector's. */
function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
