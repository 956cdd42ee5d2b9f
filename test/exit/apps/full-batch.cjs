// Nothing else happens in this program: a full batch must be sent at once.
const { LognitorClient } = require('@lognitor/opentelemetry')

const client = new LognitorClient({
  batchSize: 5,
  flushInterval: 60_000,
  transport: {
    async send() {
      process.stdout.write('sent\n')
      return { status: 200, headers: {}, body: '{}' }
    },
  },
})
for (let n = 0; n < 5; n++) client.info(`log ${n}`)
setTimeout(() => {
  process.stdout.write('timer\n')
  process.exit(0)
}, 1000)
