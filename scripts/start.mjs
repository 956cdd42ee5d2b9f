// npm start: the inbox, a small instrumented shop of four services, one of them behind a gateway, and its customers.
// Ctrl-C ends everything.
import { fork, spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureInstalled, root, run } from './lib/install.mjs'

ensureInstalled()
run(process.execPath, ['scripts/build.mjs', '--if-stale'])

/** How often the gateway's metrics are reported to the page Health. */
const REPORT_EVERY_MS = 2000
/** When the shop gets its second version. */
const RELEASE_AFTER_MS = 45_000

const children = []
let isEnding = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0))

const inbox = await startInbox(process.argv.slice(2))
const telemetry = {
  ...process.env,
  LOGNITOR_API_KEY: 'demo',
  LOGNITOR_API_URL: `${inbox}/api/v1`,
  LOGNITOR_FLUSH_INTERVAL: '1000',
  INBOX_REPORTS: `${inbox}/inbox/api/reports`,
}
const gateway = await startGateway(telemetry)
const warehouse = await startService('warehouse', telemetry)
const payments = await startService('payments', withoutLognitor('payments', gateway), 'plain-telemetry')
await startService('jobs', { ...telemetry, LOGNITOR_MIN_LEVEL: 'info' })
const forShop = { ...telemetry, WAREHOUSE_URL: warehouse.url, PAYMENTS_URL: payments.url }
const shop = await startService('shop', { ...forShop, LOGNITOR_VERSION: '1.0.0' })
watch(fork(join(root, 'examples/shop/traffic.mjs'), { env: { ...process.env, SHOP_URL: shop.url } }))
setTimeout(release, RELEASE_AFTER_MS)

console.log(`\n  Lognitor inbox with a live shop: ${inbox}\n\n  Ctrl-C ends everything.`)

/** Replaces the shop by its next version, at the same port. */
async function release() {
  if (isEnding) return
  children.splice(children.indexOf(shop.child), 1)
  await stop(shop.child)
  await startService('shop', { ...forShop, LOGNITOR_VERSION: '1.1.0', PORT: String(shop.port) })
}

/** Starts `lognitor dev` and gives its address. */
function startInbox(args) {
  return addressIn(startCommand('dev', args, { stdio: ['ignore', 'pipe', 'inherit'] }), 'stdout')
}

/** Starts `lognitor gateway`, which says its address on stderr, and reports its metrics to the inbox. */
async function startGateway(env) {
  const child = startCommand('gateway', ['--listen', '127.0.0.1:0'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const url = await addressIn(child, 'stderr')
  setInterval(async () => {
    try {
      const metrics = await (await fetch(`${url}/metrics`)).text()
      await fetch(env.INBOX_REPORTS, { method: 'POST', body: metrics })
    } catch {
      // At the end the gateway or the inbox may be gone.
    }
  }, REPORT_EVERY_MS).unref()
  return url
}

function startCommand(command, args, options) {
  return watch(spawn(process.execPath, [join(root, 'dist/cli.cjs'), command, ...args], options))
}

/** The first address that a process prints. */
function addressIn(child, stream) {
  return new Promise((resolve) => {
    let said = ''
    child[stream].on('data', (chunk) => {
      if (said === undefined) return
      said += chunk
      const address = /http:\/\/[^\s/,]+/.exec(said)
      if (address === null) return
      said = undefined
      resolve(address[0])
    })
  })
}

/** The environment of a service that knows OpenTelemetry only. */
function withoutLognitor(name, endpoint) {
  return {
    ...process.env,
    OTEL_SERVICE_NAME: name,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=demo',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_BLRP_SCHEDULE_DELAY: '1000',
    OTEL_BSP_SCHEDULE_DELAY: '1000',
  }
}

/** Starts one of the services and gives its process and its address. */
function startService(name, env, preload = 'telemetry') {
  const child = watch(
    fork(join(root, `examples/shop/${name}.mjs`), {
      env: { ...env, LOGNITOR_SERVICE: name },
      execArgv: ['--import', join(root, `examples/shop/${preload}.mjs`)],
      // The services' own log lines go to stderr, where they would hide the address.
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    }),
  )
  return new Promise((resolve) => {
    child.once('message', ({ port }) => resolve({ child, port, url: `http://127.0.0.1:${port}` }))
  })
}

function watch(child) {
  children.push(child)
  child.on('exit', (code, signal) => {
    // Ctrl-C reaches all processes at once, in any order.
    setTimeout(() => {
      if (isEnding || !children.includes(child)) return
      console.error(`${child.spawnargs.join(' ')} ended unexpectedly (${signal ?? code}).`)
      end(1)
    }, 500)
  })
  return child
}

/** Ends the customers first, then the services, which still deliver, and the inbox last. */
async function end(code) {
  if (isEnding) return
  isEnding = true
  for (const child of [...children].reverse()) await stop(child)
  process.exit(code)
}

function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
