// The parts of Lognitor: they write a request entry for each request, read each span, and deliver everything.
import { init, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { LognitorHttpInstrumentation, withLognitor } from '@lognitor/opentelemetry/instrumentation'

const client = init({ apiKey: 'bench', apiUrl: process.env.BENCH_SERVER })

process.on('message', async (message) => {
  if (message === 'flush') process.send({ flushed: await client.flush() })
})

export const spanProcessor = () => new LognitorSpanProcessor({ client })
export const httpInstrumentation = () => new LognitorHttpInstrumentation({ client })
/** Writes request entries; there are no spans. */
export const withoutTracing = () => withLognitor({}, { client })
