// API calls of a program that has nothing else to do.
import { getClient, heartbeat, init, submitFeedback } from '@lognitor/opentelemetry'

init()

const ways = {
  'ping and go': () => void heartbeat('tok').ping(),
  wait: async () => {
    process.on('beforeExit', () => {})
    console.log(await submitFeedback({ eventId: 'e', comments: 'c' }))
    console.log(await heartbeat('tok').ping())
    getClient().info('goes on')
    console.log('goes on')
  },
  'wait and block': async () => {
    // After an immediate come the timers, and then the sockets.
    setTimeout(() => setImmediate(block), 100).unref()
    console.log(await heartbeat('tok').ping())
  },
  'go on and exit': async () => {
    console.log(await heartbeat('tok').ping())
    await new Promise((resolve) => setTimeout(resolve, 1000))
    getClient().info('last words')
    process.on('exit', () => console.log(JSON.stringify(getClient().stats().dropped)))
    process.exit(0)
  },
}

function block() {
  console.log('blocks')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000)
}

await ways[process.argv[2]]()
