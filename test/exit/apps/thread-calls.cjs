// A thread calls the package, and the main thread ends the process at once.
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')
const { heartbeat, info, init } = require('@lognitor/opentelemetry')

const calls = {
  'a ping': () => {
    init()
    void heartbeat('tok').ping()
  },
  'a log that waits for init': () => info('early'),
}

if (isMainThread) {
  const client = init()
  process.on('exit', () => console.log(JSON.stringify(client.stats().dropped)))
  new Worker(__filename, { workerData: process.argv[2] }).once('message', () => process.exit(3))
} else {
  calls[workerData]()
  parentPort.on('message', () => {}).postMessage('ready')
}
