// A thread ends the process; both threads have logs to deliver. Prints how long that took.
const { Worker } = require('node:worker_threads')

const client = require('@lognitor/opentelemetry').init()
client.info('log of the main thread')
const program = `
  require('@lognitor/opentelemetry').init().info('log of the thread')
  setTimeout(() => { ${process.argv[2]} }, 50)
`
let begun = Number.NaN
new Worker(program, { eval: true }).once('online', () => {
  begun = performance.now()
})
process.on('exit', () => process.stdout.write(`${performance.now() - begun}`))
