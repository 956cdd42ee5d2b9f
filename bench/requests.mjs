// CPU per request of the shop's simplest route, user and system of all threads: bare, traced, and with this package.
// node bench/requests.mjs [generations]
import { startCountingServer } from './lib/counting-server.mjs'
import { median, medianOfPairs, printTable } from './lib/figures.mjs'
import { report } from './lib/report.mjs'
import { interleave } from './lib/rounds.mjs'
import { shareCore } from './lib/share-core.mjs'
import { SECONDS, secondsPassed } from './lib/time.mjs'
import { openShop } from './requests/shop.mjs'

const BARE = 'Express alone'
const HTTP = 'instrumentation-http'
const BOTH = 'instrumentation-http and -express'
const OURS = { env: { BENCH_LOGNITOR: '1' }, isOurs: true }
/** What is loaded before the shop, and beside what its cost is put. */
const VARIANTS = {
  [BARE]: { loaded: './bare.mjs' },
  'Lognitor without tracing': { loaded: './untraced.mjs', isOurs: true, beside: BARE },
  [HTTP]: { loaded: './instrumented.mjs', beside: BARE },
  [`Lognitor with ${HTTP}`]: { ...OURS, loaded: './instrumented.mjs', beside: HTTP },
  [BOTH]: { loaded: './instrumented.mjs', env: { BENCH_EXPRESS: '1' }, beside: BARE },
  [`Lognitor with ${BOTH}`]: {
    loaded: './instrumented.mjs',
    env: { ...OURS.env, BENCH_EXPRESS: '1' },
    isOurs: true,
    beside: BOTH,
  },
}
const NAMES = Object.keys(VARIANTS)
const WARM_UP = 12_000
const MEASURED = 2_000
const ROUNDS = 8
const generations = Number(process.argv[2] ?? 3)

// Load and shops take turns on one core. On two of them the kernel needs up to 20 us to wake the load for an answer,
// depending on which of both was faster.
shareCore(process.pid)
const server = await startCountingServer('"status_code":200')
const figures = new Map(NAMES.map((name) => [name, []]))
// The compiler treats no two processes alike, so each generation starts new ones.
for (let generation = 0; generation < generations; generation++) {
  if (generation > 0 && secondsPassed() * (1 + 1 / generation) > SECONDS) break
  await measureGeneration()
}
server.stop()

const of = (name) => median(figures.get(name))
const added = (name) =>
  medianOfPairs(figures.get(name), figures.get(VARIANTS[name].beside), (ours, beside) => ours - beside)
console.log(
  `\nCPU per request of Express 5, medians of ${figures.get(BARE).length} interleaved rounds in living processes\n`,
)
printTable(
  ['', 'us a request', 'us added', 'x bare'],
  NAMES.map((name) => [name, of(name), name === BARE ? '' : added(name), (of(name) / of(BARE)).toFixed(2)]),
)

const row = (id, work, name, target) => ({
  id: `requests.${id}`,
  work,
  value: added(name),
  unit: 'us added',
  target,
  figures: `${of(VARIANTS[name].beside).toFixed(0)} us without Lognitor, ${of(name).toFixed(0)} with it`,
})
report([
  row('bare', 'Express 5 request without tracing, all entries delivered', NAMES[1], 35),
  row('http', 'the same with instrumentation-http', NAMES[3], 20),
  row('express', 'the same with instrumentation-express too', NAMES[5], 20),
])

async function measureGeneration() {
  const shops = new Map()
  try {
    for (const name of NAMES) {
      const { loaded, env } = VARIANTS[name]
      const shop = await openShop(loaded, { ...env, BENCH_SERVER: server.url })
      shops.set(name, shop)
      shareCore(shop.pid)
      await shop.visit(WARM_UP)
    }
    const rounds = await interleave(NAMES, ROUNDS, (name) => measure(shops.get(name)))
    for (const [name, each] of rounds) figures.get(name).push(...each)
    await checkEntries([...shops].filter(([name]) => VARIANTS[name].isOurs).map(([, shop]) => shop))
  } finally {
    for (const shop of shops.values()) shop.stop()
  }
}

async function measure(shop) {
  const before = await shop.cpu()
  await shop.visit(MEASURED)
  return ((await shop.cpu()) - before) / MEASURED
}

/** A variant that loses request entries is not cheaper but wrong. */
async function checkEntries(shops) {
  for (const shop of shops) await shop.flush()
  const { marks } = await server.take()
  const visits = shops.reduce((sum, shop) => sum + shop.visits, 0)
  if (marks !== visits) throw new Error(`${marks} request entries of ${visits} requests arrived`)
}
