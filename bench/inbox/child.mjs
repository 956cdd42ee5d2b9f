// An inbox in a process of its own. The parent asks for what the process has used so far.
import { startInbox } from '../../dist/testing.mjs'

const inbox = await startInbox(JSON.parse(process.argv[2]))
let isTiming = false
let longestMicros = 0

/** The longest CPU time between two turns of the event loop: unlike the time of day, other processes do not add to it. */
function time(before) {
  if (!isTiming) return
  const { user, system } = process.cpuUsage(before)
  longestMicros = Math.max(longestMicros, user + system)
  const now = process.cpuUsage()
  setImmediate(() => time(now))
}

process.on('message', (wish) => {
  globalThis.gc?.()
  isTiming = wish === 'time'
  const { user, system } = process.cpuUsage()
  process.send({
    cpuMicros: user + system,
    longestMs: longestMicros / 1000,
    heapBytes: process.memoryUsage().heapUsed,
    logs: inbox.stats().logs,
    held: inbox.logs().length,
  })
  if (!isTiming) return
  longestMicros = 0
  setImmediate(() => time(process.cpuUsage()))
})
process.on('disconnect', () => process.exit())
process.send({ url: inbox.url, apiUrl: inbox.apiUrl })
