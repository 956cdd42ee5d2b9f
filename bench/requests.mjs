// CPU per request of the shop's simplest route, user and system of all threads: bare, traced, and with this package.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startCountingServer } from './lib/counting-server.mjs'
import { median, printTable } from './lib/figures.mjs'
import { load } from './lib/load.mjs'
import { report } from './lib/report.mjs'
import { interleave } from './lib/rounds.mjs'

const VARIANTS = {
  'bare Express': 'bare',
  'with instrumentation-http': 'instrumented',
  'with Lognitor added': 'lognitor',
}
const WARM_UP = 30_000
const MEASURED = 20_000
const rounds = Number(process.argv[2] ?? 7)
const file = (path) => fileURLToPath(new URL(path, import.meta.url))

const server = await startCountingServer('"status_code":200')
const figures = await interleave(Object.keys(VARIANTS), rounds, measure)
server.stop()

const medians = [...figures].map(([name, each]) => [name, median(each)])
const [, bare] = medians[0]
console.log(
  `\nCPU per request of Express 5, medians of ${figures.get('bare Express').length} interleaved rounds\n`,
)
printTable(
  ['', 'us a request', 'us added', 'x bare'],
  medians.map(([name, us], n) => {
    return [name, us, n === 0 ? '' : us - medians[n - 1][1], (us / bare).toFixed(2)]
  }),
)

const of = (name) => median(figures.get(name))
report([
  {
    id: 'requests.http',
    work: 'Express 5 request with instrumentation-http, all entries delivered',
    value: of('with Lognitor added') - of('with instrumentation-http'),
    unit: 'us added',
    target: 20,
    figures: `bare ${bare.toFixed(0)}, traced ${of('with instrumentation-http').toFixed(0)}, with Lognitor ${of('with Lognitor added').toFixed(0)} us`,
  },
])

async function measure(name) {
  const shop = fork(file('../examples/shop/shop.mjs'), {
    execArgv: ['--import', file(`requests/${VARIANTS[name]}.mjs`)],
    env: { ...process.env, PORT: '0', BENCH_SERVER: server.url },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  try {
    const { port } = await answerOf(shop)
    const visit = (count) => load({ port, path: '/health', count, end: '\r\n\r\nok' })
    await visit(WARM_UP)
    const before = await cpu(shop)
    await visit(MEASURED)
    const after = await cpu(shop)
    await checkRows(name, shop)
    return (after - before) / MEASURED
  } finally {
    shop.kill('SIGKILL')
  }
}

/** A variant that loses request entries is not cheaper but wrong. */
async function checkRows(name, shop) {
  if (VARIANTS[name] !== 'lognitor') return
  shop.send('flush')
  while ((await answerOf(shop)).flushed === undefined);
  const { marks } = await server.take()
  const visits = WARM_UP + MEASURED
  if (marks !== visits) throw new Error(`${name}: ${marks} request entries of ${visits} requests arrived`)
}

async function cpu(shop) {
  shop.send('cpu')
  const { cpu } = await answerOf(shop)
  return cpu.user + cpu.system
}

function answerOf(child) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the shop ended (${code})`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message)
    })
  })
}
