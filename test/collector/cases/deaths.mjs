import { account } from '../lib/account.mjs'
import { until } from '../lib/processes.mjs'

/** Slow enough that requests are under way when a process is killed. */
const UNDER_WAY = { delayMs: 15 }
const SENT = { logs: 20_000, spans: 1_000 }

export const deaths = [
  {
    name: 'gateway killed with -9, and started again',
    async run(stack) {
      const gateway = await stack.gateway()
      const collector = await stack.collector('agent.yaml', { env: { LOGNITOR_GATEWAY_URL: gateway.url } })
      stack.inbox.faults(UNDER_WAY)
      const sending = stack.send(collector, SENT)
      for (const share of [0.2, 0.5]) {
        await arrived(stack.inbox, share)
        await gateway.kill()
        await new Promise((resolve) => setTimeout(resolve, 500))
        await gateway.start()
      }
      return account(stack.inbox, [await sending])
    },
  },
  {
    name: 'one of three replicas behind HAProxy killed',
    needs: 'haproxy',
    async run(stack) {
      const gateways = [await stack.gateway(), await stack.gateway(), await stack.gateway()]
      const balancer = await stack.balancer(gateways)
      const collector = await stack.collector('agent.yaml', { env: { LOGNITOR_GATEWAY_URL: balancer.url } })
      stack.inbox.faults(UNDER_WAY)
      const sending = stack.send(collector, SENT)
      await arrived(stack.inbox, 0.3)
      await gateways[1].kill()
      const result = await account(stack.inbox, [await sending])
      const shares = await Promise.all([gateways[0], gateways[2]].map(({ url }) => recordsOf(url)))
      if (Math.min(...shares) === 0) throw new Error(`not all replicas served: ${shares}`)
      return result
    },
  },
  {
    name: 'gateway told to end (SIGTERM), and started again',
    async run(stack) {
      const gateway = await stack.gateway()
      const collector = await stack.collector('agent.yaml', { env: { LOGNITOR_GATEWAY_URL: gateway.url } })
      stack.inbox.faults(UNDER_WAY)
      const sending = stack.send(collector, SENT)
      await arrived(stack.inbox, 0.3)
      const code = await gateway.end()
      if (code !== 0) throw new Error(`the gateway ended with ${code}`)
      await gateway.start()
      const result = await account(stack.inbox, [await sending])
      // The gateway finished the requests under way, so nothing was repeated.
      if (result.repeats > 0) throw new Error(`${result.repeats} batches came again`)
      return result
    },
  },
  {
    name: 'Collector killed with -9, and started on its queue',
    async run(stack) {
      const gateway = await stack.gateway()
      const collector = await stack.collector('agent.yaml', { env: { LOGNITOR_GATEWAY_URL: gateway.url } })
      stack.inbox.faults({ delayMs: 60 })
      const sending = stack.send(collector, SENT)
      for (const share of [0.1, 0.3]) {
        await arrived(stack.inbox, share)
        await collector.kill()
        await collector.start()
      }
      const sent = await sending
      stack.inbox.faults({})
      return account(stack.inbox, [sent])
    },
  },
]

/** Waits until a share of the logs has arrived. */
function arrived(inbox, share) {
  return until(
    () => inbox.stats().logs >= SENT.logs * share,
    () => `${share} of the logs arrived: ${JSON.stringify(inbox.stats())}`,
  )
}

async function recordsOf(url) {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^lognitor_gateway_log_records_total (\d+)$/m.exec(text)?.[1] ?? 0)
}
