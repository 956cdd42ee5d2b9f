// Asks a server for its health all the time, from a process of its own, and remembers the longest wait.
import { fork } from 'node:child_process'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'

const self = fileURLToPath(import.meta.url)

/** Gives when the first answer has come. `stop()` gives the longest wait in milliseconds. */
export async function startWatch(url) {
  const child = fork(self, [`${url}/healthz`])
  const next = () => new Promise((resolve) => child.once('message', resolve))
  await next()
  return {
    stop: async () => {
      const longest = next()
      child.send('stop')
      const ms = await longest
      child.disconnect()
      return ms
    },
  }
}

async function watch(url) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = () =>
    new Promise((resolve) => {
      const request = get(url, { agent }, (answer) => answer.resume().on('close', resolve))
      request.on('error', resolve)
    })
  let longest = 0
  let isOver = false
  process.once('message', () => {
    isOver = true
  })
  process.on('disconnect', () => process.exit())
  await ask()
  process.send('started')
  while (!isOver) {
    const since = performance.now()
    await ask()
    longest = Math.max(longest, performance.now() - since)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  process.send(longest)
}

if (process.argv[1] === self) watch(process.argv[2])
