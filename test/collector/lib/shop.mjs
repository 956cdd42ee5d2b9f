// The programs of sources/, started and visited. Each is a shop with the same pages, in the idiom of its language.
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { freePorts, start, until } from './processes.mjs'

/** The requests that every shop gets, and the answers of one that works. */
export const VISITS = [
  { method: 'GET', target: '/orders/7?page=2', path: '/orders/7', status: 200 },
  // Fails with the error "card declined", which has the cause "bank unreachable".
  { method: 'GET', target: '/fail', path: '/fail', status: 500 },
  // Records the error "card declined twice, fallback used", and answers all the same.
  { method: 'POST', target: '/pay', path: '/pay', status: 200 },
  // Records the error "refund failed", and logs it with the message "refund".
  { method: 'GET', target: '/both', path: '/both', status: 500 },
  { method: 'GET', target: '/absent', path: '/absent', status: 404 },
]

export const USER_AGENT = 'customer/1'
const READY_MS = 120_000

/** What tells an SDK where to send, by the variables of OpenTelemetry's specification. */
function environment(endpoint, service) {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    // All spans of a request leave in one body, at the end: the gateway joins what one body holds.
    OTEL_BSP_SCHEDULE_DELAY: '60000',
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: 'service.version=4.2.0,deployment.environment.name=test',
  }
}

/**
 * Starts a shop that prints its port, visits it, and closes its standard input, so that it sends everything and ends.
 * @param program `{ command, args, env }`
 */
export async function visitShop({ command, args, env }, endpoint, service) {
  const shop = start(command, args, { ...environment(endpoint, service), ...env }, { hasInput: true })
  const port = () => /^(\d+)$/m.exec(shop.output())?.[1]
  let code
  shop.ended.then((ended) => {
    code = ended
  })
  await until(
    () => port() !== undefined || code !== undefined,
    () => `${service} prints its port: ${shop.errors()}`,
    READY_MS,
  )
  if (code === undefined) await visit(port())
  shop.endInput()
  if ((await shop.ended) !== 0)
    throw new Error(`${service} ended with ${code}:\n${shop.errors().slice(-3000)}`)
}

/**
 * Starts Envoy before a shop that sends nothing itself, and visits it. Envoy sends from time to time, so it is ended by
 * the function that this gives.
 */
export async function visitEnvoy({ command, config }, endpoint, service) {
  const shop = createServer(({ url }, response) => {
    response.statusCode = VISITS.find(({ target }) => target === url)?.status ?? 404
    response.end('envoy')
  })
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve))
  const [port] = await freePorts(1)
  const text = config
    .replaceAll('LISTEN_PORT', String(port))
    .replaceAll('SHOP_PORT', String(shop.address().port))
    .replaceAll('OTLP_PORT', new URL(endpoint).port)
    .replaceAll('SERVICE', service)
  const envoy = start(command, ['--config-yaml', text, '--concurrency', '1', '--disable-hot-restart'])
  await until(
    () => listens(port),
    () => `Envoy is ready: ${envoy.errors().slice(-3000)}`,
    READY_MS,
  )
  await visit(port)
  return async () => {
    await envoy.end()
    shop.closeAllConnections()
    await new Promise((resolve) => shop.close(resolve))
  }
}

async function visit(port) {
  for (const { method, target } of VISITS) {
    const headers = { 'user-agent': USER_AGENT, connection: 'close' }
    // A server that gives no answer to what its handler throws is a finding, and not the end of the visits.
    const response = await fetch(`http://127.0.0.1:${port}${target}`, { method, headers }).catch(
      () => undefined,
    )
    await response?.arrayBuffer()
  }
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const done = (isThere) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => done(true)).once('error', () => done(false))
  })
}
