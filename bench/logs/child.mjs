// One variant of a bench of logs, in a process of its own, so that no variant profits or suffers from another.
import { setTimeout as sleep } from 'node:timers/promises'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { serve } from '../lib/child.mjs'
import { SPAN_CONTEXT } from './record.mjs'
import { VARIANTS } from './variants.mjs'

const [, , name, url, ...more] = process.argv
const { emit, flush } = await VARIANTS[name](url, ...more)
let written = 0
/** Records that may wait in the queue together: long ones fill it, and the oldest would be dropped. */
const most = more[0] === 'kilobytes' ? Math.min(1000, Math.ceil(16_000 / more[1])) : 1000

// As in every traced service, records are written inside a span, with async hooks active.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const inSpan = trace.setSpanContext(ROOT_CONTEXT, SPAN_CONTEXT)

serve({
  /** As fast as the service takes them. */
  warmUp: (count) => write(count, most, flush),

  /** As a busy service writes: 25 000 a second, at which every queue can still empty. Returns CPU per record in us. */
  async measure(count) {
    const before = process.cpuUsage()
    await write(count, Math.min(most, 250), () => sleep(10))
    const { user, system } = process.cpuUsage(before)
    return (user + system) / count
  },
})

async function write(count, burst, breathe) {
  for (let left = count; left > 0; left -= burst) {
    context.with(inSpan, () => {
      for (let n = Math.min(left, burst); n > 0; n--) emit(written++)
    })
    await breathe()
  }
  await flush()
}
