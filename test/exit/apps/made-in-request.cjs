// Makes its client within a request, and tells whether the async store of that request stays in memory.
const { AsyncLocalStorage } = require('node:async_hooks')
const { init } = require('@lognitor/opentelemetry')

const store = new AsyncLocalStorage()
const kept = new WeakRef(
  store.run({}, () => {
    init()
    return store.getStore()
  }),
)

let turns = 0
const timer = setInterval(() => {
  globalThis.gc()
  turns += 1
  if (kept.deref() !== undefined && turns < 20) return
  clearInterval(timer)
  console.log(kept.deref() === undefined ? 'collected' : 'kept')
}, 20)
