import { findingsOf } from '../lib/findings.mjs'
import { until } from '../lib/processes.mjs'
import { holdRow, namesOfRows } from '../lib/sources-table.mjs'
import { NOT_RUN, sources } from '../sources/sources.mjs'

const PATHS = ['straight', 'Collector']

/** One source sends to the gateway straight and through a Collector, and both arrive alike. */
const sourceCase = ({ name, needs, version, visit, ...expected }) => ({
  name: `source: ${name}`,
  needs,
  async run(stack, { tools }) {
    const gateway = await stack.gateway()
    const collector = await stack.collector('agent.yaml', { env: { LOGNITOR_GATEWAY_URL: gateway.url } })
    const ends = { straight: gateway.url, Collector: collector.http }
    const found = await Promise.all(
      PATHS.map(async (path) => {
        const service = `shop-${path.toLowerCase()}`
        stack.atEnd(await visit(tools, ends[path], service))
        await arrived(stack.inbox, service, expected)
        return findingsOf(stack.inbox, service, expected)
      }),
    )
    const [straight, collected] = found.map((each) => JSON.stringify(each))
    if (straight !== collected) throw new Error(`straight ${straight}, through the Collector ${collected}`)
    const { logs, errors, requests, traces, requestIds } = found[0]
    await holdRow([name, await version(), PATHS.join(', '), logs, errors, requests, traces, requestIds])
    return { written: expected.logs + expected.requests, delivered: expected.logs + expected.requests }
  },
})

function arrived(inbox, service, { logs, requests }) {
  const count = (items) => items.filter((item) => item.service === service).length
  return until(
    () => count(inbox.logs()) >= logs && count(inbox.requests()) >= requests,
    () => `${logs} logs and ${requests} requests, not ${count(inbox.logs())} and ${count(inbox.requests())}`,
    60_000,
  )
}

export const sourceCases = [
  ...sources.map(sourceCase),
  {
    name: 'source: the table has a row for each source, and no other',
    async run() {
      for (const [name, reason] of NOT_RUN)
        await holdRow([name, '-', `not run: ${reason}`, '-', '-', '-', '-', '-'])
      const names = [...sources, ...NOT_RUN.map(([name]) => ({ name }))].map(({ name }) => name)
      const extra = (await namesOfRows()).filter((name) => !names.includes(name))
      if (extra.length > 0) throw new Error(`no test gives the rows of ${extra.join(', ')}`)
      return {}
    },
  },
]
