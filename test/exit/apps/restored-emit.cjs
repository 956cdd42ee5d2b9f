// A library that was loaded first restores the process.emit that it had found.
const { onExit } = require('signal-exit')
const { init } = require('@lognitor/opentelemetry')

const client = init()
onExit(() => {})()
process.on('unhandledRejection', () => {})
setImmediate(() => {
  Promise.reject(new TypeError('boom'))
  process.on('exit', () => client.info('at exit'))
})
