// Reports errors with a stack, a fingerprint and a hundred breadcrumbs each, by one client, in a process of its own.
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '../lib/child.mjs'
import { MARK } from './mark.mjs'

const [, , name, url] = process.argv
const BREADCRUMBS = 100
const {
  breadcrumb,
  capture,
  flush,
  breathe = () => sleep(10),
} = await (name === 'Sentry' ? sentry() : lognitor())
let reported = 0

for (let n = 0; n < BREADCRUMBS; n++) {
  const data = { table: 'orders', rows: n, took_ms: n / 8 }
  breadcrumb({
    type: 'query',
    category: 'db',
    message: `SELECT * FROM orders WHERE id = ${n}`,
    level: 'info',
    data,
  })
}

serve({
  warmUp: (count) => write(count),

  /** Returns CPU per error in us, user and system of all threads. */
  async measure(count) {
    const before = process.cpuUsage()
    await write(count)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / count
  },
})

async function write(count) {
  for (let left = count; left > 0; left--) {
    capture(failure(reported++))
    if (left % 10 === 0) await breathe()
  }
  await flush()
}

/** No two messages differ in numbers alone, so that no client takes them for one failure. */
function failure(n) {
  const word = [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
  return pay(word)
}

function pay(order) {
  return charge(order)
}

function charge(order) {
  return new TypeError(`${MARK} of order ${order} failed`)
}

async function lognitor() {
  const { init } = await import('@lognitor/opentelemetry')
  const client = init({ apiKey: 'bench', apiUrl: url, service: 'shop', breadcrumbs: { logs: false } })
  return {
    breadcrumb: (crumb) => client.addBreadcrumb(crumb),
    capture: (error) => client.captureException(error),
    flush: () => client.flush(),
  }
}

async function sentry() {
  const Sentry = await import('../peers/sentry.mjs')
  Sentry.init({ dsn: `${url.replace('://', '://key@')}/1`, release: 'shop@1.4.2' })
  return {
    breadcrumb: (crumb) => Sentry.addBreadcrumb(crumb),
    capture: (error) => Sentry.captureException(error),
    flush: () => Sentry.flush(10_000),
    // Sentry drops what exceeds 64 requests in flight.
    breathe: () => Sentry.flush(10_000),
  }
}
