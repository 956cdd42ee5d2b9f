// An inbox in a process of its own. The parent asks for what the process has used so far.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startInbox } from '../../dist/testing.mjs'

const inbox = await startInbox(JSON.parse(process.argv[2]))
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()

process.on('message', (wish) => {
  if (wish === 'reset') {
    delay.reset()
    globalThis.gc?.()
  }
  const { user, system } = process.cpuUsage()
  globalThis.gc?.()
  process.send({
    cpuMicros: user + system,
    // The resolution is part of each delay.
    longestMs: Math.max(0, delay.max / 1e6 - 1),
    heapBytes: process.memoryUsage().heapUsed,
    logs: inbox.stats().logs,
    held: inbox.logs().length,
  })
})
process.on('disconnect', () => process.exit())
process.send({ url: inbox.url, apiUrl: inbox.apiUrl })
