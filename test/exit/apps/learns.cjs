// Learns how much the service accepts, writes more logs, and ends before they are sent.
const client = require('@lognitor/opentelemetry').init()

async function run() {
  for (let n = 0; n < 60; n++) client.info(`early ${n}`)
  await client.flush(20_000)
  process.on('exit', () => process.stdout.write(JSON.stringify(client.stats())))
  for (let n = 0; n < 60; n++) client.info(`late ${n}`)
  if (process.argv[2] === 'exit') process.exit(0)
  if (process.argv[2] === 'throw') throw new Error('boom')
}

void run()
