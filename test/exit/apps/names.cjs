// Writes 50 logs with another name server set, and sends them at once or in `exit`.
const dns = require('node:dns')

dns.setServers([process.env.NAME_SERVER])
const client = require('@lognitor/opentelemetry').init()
for (let n = 0; n < 50; n++) client.info(`log ${n}`)
process.on('exit', () => process.stdout.write(JSON.stringify(client.stats())))
if (process.argv[2] === 'exit') process.exit(0)
void client.flush(20_000)
