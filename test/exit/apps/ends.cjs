// Writes 50 logs, and then ends in the given way.
const { events } = require('./events.cjs')

const client = process.env.LOGNITOR_API_KEY ? require('@lognitor/opentelemetry').init() : undefined
const count = Number(process.env.LOGS ?? 50)
for (let n = 0; n < count; n++) client?.info(`log ${n}`)
if (process.env.PRINT_STATS) process.on('exit', () => process.stdout.write(JSON.stringify(client.stats())))
events[process.argv[2]]()
