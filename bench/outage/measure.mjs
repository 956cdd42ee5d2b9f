import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))
const NO_BOUND = 10_000_000

/**
 * Measures the cost of an outage: memory beyond the same run with a queue of one log, and the time of a call compared
 * with normal operation.
 * @param module the package's main module
 */
export async function measureOutage(module, logs) {
  const service = await startService()
  try {
    service.isUp = true
    const health = await run(module, service.url, logs, NO_BOUND)
    service.isUp = false
    const alone = await run(module, service.url, logs, 1)
    const outage = await run(module, service.url, logs, NO_BOUND)
    return {
      queued: outage.queued,
      queueBytes: outage.queuedBytes,
      retainedBytes: outage.retainedBytes - alone.retainedBytes,
      peakBytes: outage.peakBytes - alone.peakBytes,
      health: { medianUs: health.medianUs, p99Us: health.p99Us },
      outage: { medianUs: outage.medianUs, p99Us: outage.p99Us },
    }
  } finally {
    service.close()
  }
}

const PAUSES = fileURLToPath(new URL('pauses.mjs', import.meta.url))

/**
 * The longest turn of the event loop while an application logs, in health and in an outage, and that of the same
 * application without logs, in ms of CPU.
 */
export async function measurePauses(module, turns) {
  const service = await startService()
  try {
    service.isUp = true
    const bare = await runScript([PAUSES, '', '', turns])
    const health = await runScript([PAUSES, module, `${service.url}/api/v1`, turns])
    service.isUp = false
    const outage = await runScript([PAUSES, module, `${service.url}/api/v1`, turns])
    return { bareMs: bare.longestMs, healthMs: health.longestMs, outageMs: outage.longestMs }
  } finally {
    service.close()
  }
}

async function startService() {
  const service = { isUp: true, url: '', close: () => {} }
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(service.isUp ? 200 : 503).end())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  service.url = `http://127.0.0.1:${server.address().port}`
  service.close = () => {
    server.close()
    server.closeAllConnections()
  }
  return service
}

export function run(module, url, logs, queue, ...more) {
  return runScript(['--expose-gc', CHILD, module, `${url}/api/v1`, logs, queue, ...more])
}

function runScript(args) {
  const child = spawn(process.execPath, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (piece) => {
    output += piece
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`The measured process ended with ${code}`)),
    )
  })
}
