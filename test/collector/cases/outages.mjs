import { account } from '../lib/account.mjs'
import { until } from '../lib/processes.mjs'

const SENT = { logs: 5_000, spans: 500 }

async function sendDuring(stack, faults, inTheMiddle = async () => {}) {
  const gateway = await stack.gateway()
  const collector = await stack.collector('agent.yaml', { env: { LOGNITOR_GATEWAY_URL: gateway.url } })
  stack.inbox.faults(faults)
  const sent = await stack.send(collector, SENT)
  await inTheMiddle(collector)
  const result = await account(stack.inbox, [sent])
  return { result, collector, gateway }
}

export const outages = [
  {
    name: 'Lognitor answers 503 for five seconds',
    async run(stack) {
      const { result } = await sendDuring(stack, { status: 503, forMs: 5000 })
      return result
    },
  },
  {
    name: 'Lognitor answers 429 with Retry-After: 3',
    async run(stack) {
      const { result, gateway } = await sendDuring(stack, { retryAfter: 3, forMs: 2000 })
      await answered(gateway, 429)
      return result
    },
  },
  {
    name: 'Lognitor cuts a third of the connections',
    async run(stack) {
      const { result } = await sendDuring(stack, { reset: true, rate: 0.3, forMs: 5000 })
      return result
    },
  },
  {
    name: 'Lognitor takes, and cuts before it answers',
    async run(stack) {
      const { result } = await sendDuring(stack, { reset: 'after', rate: 0.3, forMs: 5000 })
      if (result.repeats === 0) throw new Error('nothing came again')
      return result
    },
  },
  {
    name: 'Lognitor refuses the key, and later takes it',
    inbox: () => {
      const switchable = { isAccepted: false }
      return { switchable, options: { apiKeys: () => switchable.isAccepted } }
    },
    async run(stack, { switchable }) {
      const { result, gateway } = await sendDuring(stack, {}, async () => {
        await until(
          () => stack.inbox.stats().unauthorized > 0,
          () => 'the key was refused',
        )
        switchable.isAccepted = true
      })
      await answered(gateway, 503)
      return result
    },
  },
  {
    name: 'Lognitor rejects every seventh log',
    async run(stack) {
      const gateway = await stack.gateway()
      const collector = await stack.collector('agent.yaml', { env: { LOGNITOR_GATEWAY_URL: gateway.url } })
      stack.inbox.faults({ rejectEvery: 7 })
      const { logs } = await stack.send(collector, { logs: SENT.logs })
      const seen = () => stack.inbox.stats().logs + stack.inbox.stats().rejected
      await until(
        () => seen() >= logs,
        () => `all logs were judged: ${JSON.stringify(stack.inbox.stats())}`,
      )
      const { rejected, logs: taken, duplicateBatches } = stack.inbox.stats()
      await until(
        () => reported(collector) >= rejected,
        () => `the Collector reported ${rejected}: it was ${reported(collector)}`,
        20_000,
      )
      if (reported(collector) !== rejected || rejected + taken !== logs)
        throw new Error(
          `the Collector reported ${reported(collector)}, the inbox rejected ${rejected} of ${logs}`,
        )
      return { written: logs, delivered: taken, repeats: duplicateBatches, rejected }
    },
  },
]

/** The number of rejected logs in the Collector's own log. */
function reported(collector) {
  return collector
    .lines()
    .map((line) => line.dropped_log_records)
    .filter((count) => typeof count === 'number')
    .reduce((total, count) => total + count, 0)
}

async function answered(gateway, status) {
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  if (!text.includes(`status="${status}"`)) throw new Error(`the gateway never answered ${status}`)
}
