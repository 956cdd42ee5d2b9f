// A thread ends in the given way, and the process with it; both threads have logs to deliver.
const { Worker } = require('node:worker_threads')

const client = require('@lognitor/opentelemetry').init()
client.info('log of the main thread')
const program = `
  require('@lognitor/opentelemetry').init().info('log of the thread')
  setTimeout(() => { ${process.argv[2]} }, 50)
`
new Worker(program, { eval: true })
