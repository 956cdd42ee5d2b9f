// How the cost of a record grows: with the number of records, with the number of attributes, and with the length of one.
// node bench/growth.mjs [most records, such as 10000000]
import { startChild } from './lib/child.mjs'
import { startCountingServer } from './lib/counting-server.mjs'
import { median, printTable } from './lib/figures.mjs'
import { report } from './lib/report.mjs'
import { SECONDS, secondsPassed } from './lib/time.mjs'

const most = Number(process.argv[2] ?? 10_000_000)
const WARM = 60_000
const ROUNDS = 5
/** Share of the time in which the records are counted; the rest is for attributes and kilobytes. */
const COUNT_SHARE = 0.8
/** Records that are measured at once, and their size, so that each point takes about as long. */
const ATTRIBUTES = [1, 3, 10, 30, 100]
const KILOBYTES = [1, 2, 4, 8, 16, 32, 64]

const server = await startCountingServer('order placed by')
const [counts, attributes, kilobytes] = [await byCount(), await byAttributes(), await byKilobytes()]
server.stop()

const show = (what, points) => {
  console.log(`\nCPU of a record by ${what}\n`)
  printTable(
    [what, 'us a record', 'ns for each'],
    points.map(({ x, us }) => [String(x), us, ((us * 1000) / x).toFixed(0)]),
  )
}
show('records written before', counts)
show('attributes', attributes)
show('kilobytes', kilobytes)

const perUnit = (points) => points.at(-1).us / points.at(-1).x / (points[1].us / points[1].x)
const [first] = counts.slice(1)
const last = counts.at(-1)
report(
  [
    {
      id: 'growth.records',
      work: `a record after ${last.x} of them`,
      value: last.us / first.us,
      unit: `x one after ${first.x}`,
      target: 1.1,
      figures: `${last.us.toFixed(1)} us against ${first.us.toFixed(1)}`,
    },
    {
      id: 'growth.attributes',
      work: `an attribute of ${attributes.at(-1).x}`,
      value: perUnit(attributes),
      unit: `x one of ${attributes[1].x}`,
      target: 1.1,
    },
    {
      id: 'growth.kilobytes',
      work: `a kilobyte of ${kilobytes.at(-1).x}`,
      value: perUnit(kilobytes),
      unit: `x one of ${kilobytes[1].x}`,
      target: 1.1,
    },
  ],
  { records: counts, attributes, kilobytes },
)

/**
 * The same process writes on and on, and is measured at each power of ten, until the time is over. Ten million records
 * have to fit into it, so they are short: a message without attributes.
 */
async function byCount() {
  const child = await start('LognitorLogRecordExporter', 'attributes', 0)
  const points = []
  let written = 0
  for (let x = 1000; x <= most; x *= 10) {
    const began = performance.now()
    if (x > written) await child.ask('warmUp', x - written)
    const us = []
    for (let n = 0; n < (x < 10_000 ? 1 : 3); n++)
      us.push((await child.ask('measure', Math.min(x, 20_000))).result)
    written = x + us.length * Math.min(x, 20_000)
    points.push({ x, us: median(us) })
    const next = ((performance.now() - began) / 1000) * 10
    if (secondsPassed() + next > SECONDS * COUNT_SHARE) break
  }
  child.stop()
  return points
}

function byAttributes() {
  return measureAll(ATTRIBUTES, 'attributes', (x) => Math.round(40_000 / (4 + x)))
}

function byKilobytes() {
  return measureAll(KILOBYTES, 'kilobytes', (x) => Math.round(20_000 / (2 + x)))
}

/** All sizes in living processes, in interleaved rounds. */
async function measureAll(sizes, what, count) {
  const children = []
  for (const x of sizes) {
    const child = await start('LognitorLogRecordExporter', what, x)
    await child.ask('warmUp', Math.round(WARM / (1 + x / 8)))
    children.push(child)
  }
  const figures = sizes.map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0 && secondsPassed() > SECONDS) break
    for (const [n, child] of children.entries())
      figures[n].push((await child.ask('measure', count(sizes[n]))).result)
  }
  for (const child of children) child.stop()
  return sizes.map((x, n) => ({ x, us: median(figures[n]) }))
}

function start(...args) {
  return startChild(new URL('logs/child.mjs', import.meta.url), [args[0], server.url, ...args.slice(1)])
}
