// Delivers what killed processes have left in a spool, and ends when the spool is empty.
// Arguments: the module, the address, the spool.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'

const [module, apiUrl, spool] = process.argv.slice(2)
const { init } = createRequire(import.meta.url)(module)
const client = init({ apiKey: 'kill', apiUrl, service: 'kill', spool: { directory: spool } })

function isEmpty() {
  const { spooled, queued, inFlight } = client.stats()
  if (spooled + queued + inFlight > 0) return false
  try {
    return !readdirSync(spool, { recursive: true }).some((name) => name.endsWith('.log'))
  } catch (error) {
    // A folder was deleted while it was looked through.
    if (error.code === 'ENOENT') return false
    throw error
  }
}

const deadline = performance.now() + 60_000
while (!isEmpty()) {
  if (performance.now() > deadline) {
    console.error('Still not empty', client.stats(), readdirSync(spool, { recursive: true }))
    process.exit(1)
  }
  await new Promise((resolve) => setTimeout(resolve, 20))
}
await client.shutdown()
