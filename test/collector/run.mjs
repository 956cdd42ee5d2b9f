// npm run test:collector: real SDKs -> real Collector -> gateway -> inbox, with every kind of failure.
// Parts of case names may follow: npm run test:collector -- killed 429
// With --write the table of sources in docs/gateway.md is written instead of compared.

import { ensureHaproxy } from '../../scripts/collector/haproxy.mjs'
import { ensureCollector } from '../../scripts/collector/otelcol.mjs'
import { ensureEnvoy, ensurePython } from '../../scripts/collector/python.mjs'
import {
  ensureGoShop,
  ensureHelidonShop,
  ensureJavaShops,
  ensureRustShop,
} from '../../scripts/collector/shops.mjs'
import { ensureInstalled, root, run } from '../../scripts/lib/install.mjs'
import { configurations } from './cases/configurations.mjs'
import { deaths } from './cases/deaths.mjs'
import { matrix } from './cases/matrix.mjs'
import { outages } from './cases/outages.mjs'
import { sourceCases } from './cases/sources.mjs'
import { endAll } from './lib/processes.mjs'
import { Stack } from './lib/stack.mjs'

/** Cases that need the processor run one by one; cases that mostly wait run beside them. */
const isWaiting = ({ name }) => name.includes('refuses the key')

/** Without a reader of the output, a skipped test has to fail. */
const isCi = process.env.CI === 'true'
const words = process.argv.slice(2).filter((word) => word !== '--write')
const cases = [...configurations, ...outages, ...deaths, ...sourceCases, ...matrix].filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
)
process.on('exit', endAll)
process.on('SIGINT', () => process.exit(130))

ensureInstalled()
run(process.execPath, [`${root}scripts/build.mjs`, '--if-stale'])
const started = performance.now()
const tools = await findTools()
const rows = await runAll(tools)
console.log(table(rows))
const skipped = rows.filter((row) => row.result === 'skipped')
const failed = rows.filter(({ problem }) => problem !== undefined)
for (const { name, problem } of failed) console.log(`\n${name}:\n${problem}`)
const passed = rows.length - failed.length - skipped.length
console.log(
  `\n${passed} of ${rows.length} cases passed in ${seconds(started)} s, ${skipped.length} were skipped`,
)
process.exit(failed.length > 0 || (isCi && skipped.length > 0) ? 1 : 0)

async function findTools() {
  const collector = await ensureCollector()
  if (collector === undefined) {
    console.log('test:collector was skipped: there is no otelcol, and no Go to build one.')
    process.exit(isCi ? 1 : 0)
  }
  // One compiler at a time: each uses all processors.
  const [haproxy, python] = await Promise.all([ensureHaproxy(), ensurePython()])
  const [envoy, goShop, rustShop] = [await ensureEnvoy(python), await ensureGoShop(), await ensureRustShop()]
  const [javaShops, helidonShop] = [await ensureJavaShops(), await ensureHelidonShop()]
  return { collector, haproxy, python, envoy, goShop, rustShop, javaShops, helidonShop }
}

async function runAll(tools) {
  const waiting = cases.filter(isWaiting).map((one) => runOne(one, tools))
  const rows = []
  for (const one of cases.filter((each) => !isWaiting(each))) rows.push(await runOne(one, tools))
  return [...rows, ...(await Promise.all(waiting))]
}

async function runOne(one, tools) {
  if (one.needs !== undefined && tools[one.needs] === undefined) {
    return { name: one.name, note: `there is no ${one.needs}`, seconds: 0, result: 'skipped' }
  }
  const { options, ...own } = one.inbox?.() ?? {}
  const since = performance.now()
  const stack = new Stack(tools)
  try {
    await stack.open(options)
    const result = await one.run(stack, { ...own, tools })
    console.error(`ok    ${one.name} (${seconds(since)} s)`)
    return { name: one.name, seconds: seconds(since), ...result, note: result.note ?? one.note }
  } catch (error) {
    console.error(`FAIL  ${one.name} (${seconds(since)} s)`)
    return { name: one.name, seconds: seconds(since), problem: error.stack ?? String(error) }
  } finally {
    await stack.close()
  }
}

function seconds(since) {
  return Math.round((performance.now() - since) / 100) / 10
}

function table(rows) {
  const head = ['case', 'written', 'delivered', 'rejected', 'repeats', 'seconds', 'result']
  const lines = rows.map((row) => [
    row.note ? `${row.name} (${row.note})` : row.name,
    row.written ?? '',
    row.delivered ?? '',
    row.rejected ?? (row.written === undefined ? '' : 0),
    row.repeats ?? '',
    row.seconds,
    row.problem === undefined ? (row.result ?? 'ok') : 'FAILED',
  ])
  const texts = [head, ...lines].map((line) => line.map(String))
  const widths = head.map((_, column) => Math.max(...texts.map((line) => line[column].length)))
  const show = (line) => `| ${line.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return ['', show(texts[0]), rule, ...texts.slice(1).map(show)].join('\n')
}
