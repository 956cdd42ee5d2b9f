// A thread makes an API call, and the main thread ends the process at once.
const { isMainThread, parentPort, Worker } = require('node:worker_threads')
const { heartbeat, init } = require('@lognitor/opentelemetry')

init()
if (isMainThread) new Worker(__filename).once('message', () => process.exit(3))
else {
  void heartbeat('tok').ping()
  parentPort.on('message', () => {}).postMessage('ready')
}
