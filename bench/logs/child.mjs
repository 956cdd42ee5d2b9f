// One variant in one round, in a new process, so that no variant profits or suffers from an earlier one.
import { setTimeout as sleep } from 'node:timers/promises'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { SPAN_CONTEXT } from './record.mjs'
import { VARIANTS } from './variants.mjs'

const [, , name, url, warmUp, measured] = process.argv
const { emit, flush } = await VARIANTS[name](url)
let written = 0

// As in every traced service, records are written inside a span, with async hooks active.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const inSpan = trace.setSpanContext(ROOT_CONTEXT, SPAN_CONTEXT)

// Enough records that V8 has also compiled the code that runs once a batch: some thousands of POSTs.
await write(Number(warmUp), 1000, flush)
process.send?.('warm')
await new Promise((resolve) => process.once('message', resolve))
written = 0
const before = process.cpuUsage()
// A busy service with 25 000 records a second, at which every queue can still empty.
await write(Number(measured), 250, () => sleep(10))
const { user, system } = process.cpuUsage(before)

process.send?.({ usPerRecord: (user + system) / Number(measured), written })
process.disconnect?.()
process.exit()

async function write(count, burst, breathe) {
  for (let left = count; left > 0; left -= burst) {
    context.with(inSpan, () => {
      for (let n = Math.min(left, burst); n > 0; n--) emit(written++)
    })
    await breathe()
  }
  await flush()
}
