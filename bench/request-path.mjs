// The package's own code for a request, without a network and without a framework: what Node publishes for a request,
// its events, and a transport that accepts at once. The slices are short, so that a busy machine disturbs few of them.
// node bench/request-path.mjs [slices]
import { channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import { init } from '@lognitor/opentelemetry'
import { withLognitor } from '@lognitor/opentelemetry/instrumentation'
import { printTable } from './lib/figures.mjs'
import { report } from './lib/report.mjs'

const WARM_UP = 30_000
const SLICE = 3_000
const REQUESTS_A_TURN = 100
const slices = Number(process.argv[2] ?? 24)

const route = { path: '/health' }
const app = () => {}
const socket = { remoteAddress: '127.0.0.1' }
const headers = { host: '127.0.0.1:4000', 'user-agent': 'lognitor-bench/1', accept: '*/*' }

/** A request as Express leaves it. */
class Request extends EventEmitter {
  method = 'GET'
  url = '/health'
  headers = headers
  socket = socket
  app = app
  baseUrl = ''
  params = {}
  route = route
}

class Response extends EventEmitter {
  statusCode = 200
  headersSent = true
  socket = socket
}

class Server extends EventEmitter {}

const accepted = { status: 200, headers: {}, body: '{"accepted":100,"rejected":0,"errors":[]}' }
const client = init({
  apiKey: 'bench',
  apiUrl: 'http://127.0.0.1:9',
  flushOnExit: false,
  transport: { send: async () => accepted },
})
withLognitor({}, { client })
const starts = channel('http.server.request.start')
const server = new Server()

const figures = { without: [], with: [] }
await serve(WARM_UP, false)
await serve(WARM_UP, true)
for (let slice = 0; slice < slices; slice++) {
  figures.without.push(await measure(false))
  figures.with.push(await measure(true))
}
const added = quartile(figures.with) - quartile(figures.without)
console.log(`\nCPU of a request without a network, the faster quarter of ${slices} slices\n`)
printTable(
  ['', 'us a request'],
  [
    ['events alone', quartile(figures.without)],
    ['added by Lognitor', added],
  ],
)
report([{ id: 'request-path', work: "the package's own code for a request", value: added, unit: 'us' }])

async function measure(isFollowed) {
  const before = process.cpuUsage()
  await serve(SLICE, isFollowed)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / SLICE
}

async function serve(count, isFollowed) {
  for (let n = 1; n <= count; n++) {
    const request = new Request()
    const response = new Response()
    if (isFollowed) starts.publish({ request, response, server, socket })
    for (const event of ['resume', 'readable', 'end']) request.emit(event)
    for (const event of ['prefinish', 'finish', 'close']) response.emit(event)
    request.emit('close')
    if (n % REQUESTS_A_TURN === 0) await new Promise(setImmediate)
  }
}

/** The lower quartile, because other processes only ever add to a slice. */
function quartile(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 2]
}
