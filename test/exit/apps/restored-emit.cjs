// A library that was there before us puts process.emit back as it once found it.
const { onExit } = require('signal-exit')
const { init } = require('@lognitor/opentelemetry')

const client = init()
onExit(() => {})()
process.on('unhandledRejection', () => {})
setImmediate(() => {
  Promise.reject(new TypeError('boom'))
  process.on('exit', () => client.info('at exit'))
})
