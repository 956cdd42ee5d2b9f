// The same as an ES module.
import { events } from './events.cjs'

const { init } = process.env.LOGNITOR_API_KEY ? await import('@lognitor/opentelemetry') : {}
const client = init?.()
for (let n = 0; n < 50; n++) client?.info(`log ${n}`)
events[process.argv[2]]()
