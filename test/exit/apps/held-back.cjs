// Ends while the client holds everything back for the reason given, with more written since.
const client = require('@lognitor/opentelemetry').init({ flushInterval: 50 })
const [reason, then] = process.argv.slice(2)
const transport = { send: async () => ({ status: 200, headers: {}, body: '{}' }) }

process.on('exit', () => process.stdout.write(JSON.stringify(client.stats())))
for (let n = 0; n < 25; n++) client.info(`early ${n}`)
setInterval(() => {
  if (client.stats().holding !== reason) return
  if (then === 'own transport') client.reconfigure({ transport })
  for (let n = 0; n < 200; n++) client.info(`late ${n}`)
  process.exit(0)
}, 5)
