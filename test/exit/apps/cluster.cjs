// Four workers of a cluster, each with a client of its own.
const cluster = require('node:cluster')
const { createServer } = require('node:http')
const { init } = require('@lognitor/opentelemetry')

const way = process.argv[2]
const client = init({ service: cluster.isPrimary ? 'primary' : 'worker' })

if (cluster.isPrimary) {
  let ready = 0
  for (let n = 0; n < 4; n++) {
    cluster.fork().on('message', () => {
      ready++
      if (ready < 4) return
      if (way === 'primary exits') process.exit(3)
      if (way === 'killed') for (const worker of Object.values(cluster.workers)) worker.kill()
      if (way === 'disconnected') cluster.disconnect()
    })
  }
} else {
  for (let n = 0; n < 100; n++) client.info(`log ${n} of ${process.pid}`)
  if (way === 'exit') process.exit(0)
  createServer().listen(0, '127.0.0.1', () => process.send('ready'))
}
