// Writes 50 logs, and then it happens.
const { events } = require('./events.cjs')

const client = process.env.LOGNITOR_API_KEY ? require('@lognitor/opentelemetry').init() : undefined
for (let n = 0; n < 50; n++) client?.info(`log ${n}`)
events[process.argv[2]]()
