import { account } from '../lib/account.mjs'
import { until } from '../lib/processes.mjs'

const SENT = { logs: 5_000, spans: 500 }

/** Sends during an outage, which ends when its effect was seen: a busy machine may need longer than any given time. */
async function sendDuring(stack, faults, isSeen, end = () => stack.inbox.faults({})) {
  const gateway = await stack.gateway()
  const collector = await stack.collector('agent.yaml', { env: { LOGNITOR_GATEWAY_URL: gateway.url } })
  stack.inbox.faults(faults)
  const sent = await stack.send(collector, SENT)
  await until(
    () => isSeen(gateway),
    () => `the outage has an effect: ${JSON.stringify(stack.inbox.stats())}`,
  )
  end()
  return account(stack.inbox, [sent])
}

const answered = (status) => async (gateway) => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  return text.includes(`status="${status}"`)
}

export const outages = [
  {
    name: 'Lognitor answers 503',
    run: (stack) => sendDuring(stack, { status: 503 }, answered(503)),
  },
  {
    name: 'Lognitor answers 429 with Retry-After: 3',
    run: (stack) => sendDuring(stack, { retryAfter: 3 }, answered(429)),
  },
  {
    name: 'Lognitor cuts a third of the connections',
    run: (stack) => sendDuring(stack, { reset: true, rate: 0.3 }, answered(503)),
  },
  {
    name: 'Lognitor takes, and cuts before it answers',
    run: (stack) =>
      sendDuring(stack, { reset: 'after', rate: 0.3 }, () => stack.inbox.stats().duplicateBatches > 0),
  },
  {
    name: 'Lognitor refuses the key, and later takes it',
    inbox: () => {
      const switchable = { isAccepted: false }
      return { switchable, options: { apiKeys: () => switchable.isAccepted } }
    },
    run: (stack, { switchable }) =>
      sendDuring(stack, {}, answered(503), () => {
        switchable.isAccepted = true
      }),
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
