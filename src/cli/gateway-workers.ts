import cluster, { type Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewaySettings } from '../gateway/gateway-options.js'
import { stderrLog } from '../gateway/operator-log.js'
import { gatherFigures } from './gateway-figures.js'
import { shareHolds } from './gateway-holds.js'
import { tellListening } from './gateway-listening.js'
import { interrupted } from './interrupted.js'

/** The message that tells a worker to close. */
export const CLOSE = 'close'

/** A worker that ends sooner than this is restarted only after this time. */
const SHORT_LIFE_MS = 2000
const SOON_MS = 50

/**
 * Starts workers that share one address, and restarts a worker that ends by itself. At a signal all workers finish.
 * @returns the exit code: a worker's, when no worker ever listened
 */
export async function leadWorkers(count: number, settings: GatewaySettings): Promise<number> {
  const say = stderrLog(settings.logFormat)
  let isClosing = false
  /** Ids of the workers that have listened. */
  const listening = new Set<number>()
  const failed = new Promise<number>((resolve) => {
    cluster.on('exit', async (worker, code, signal) => {
      // When a signal goes to the whole process group, a worker's end may be seen here before the signal.
      await sleep(SOON_MS)
      if (isClosing) return
      if (listening.size === 0) return resolve(code || 1)
      const message = `worker ${worker.process.pid} ended (${signal ?? code}) and is replaced`
      say({ event: 'worker_ended', level: 'warn', message })
      replace(worker)
    })
  })
  const born = new Map<number, number>()
  const start = () => born.set(cluster.fork().id, performance.now())
  async function replace(worker: Worker): Promise<void> {
    const life = performance.now() - (born.get(worker.id) ?? 0)
    born.delete(worker.id)
    if (life < SHORT_LIFE_MS) await sleep(SHORT_LIFE_MS)
    if (!isClosing) start()
  }
  cluster.on('listening', ({ id }, { address, port }) => {
    listening.add(id)
    // Not after the first worker: while it is alone, its end would close the address that was printed.
    if (listening.size !== count) return
    const host = address?.includes(':') ? `[${address}]` : (address ?? '[::]')
    tellListening(`http://${host}:${port}`, count, settings)
  })
  gatherFigures()
  shareHolds()
  for (let n = 0; n < count; n++) start()
  const code = await Promise.race([interrupted(), failed])
  isClosing = true
  await Promise.all(workers().map(stop))
  return code ?? 0
}

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

/** A signal to the process group has reached the worker already; a second one would end it at once. */
function stop(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve())
    // With a callback, because sending to a worker that is just ending fails; the 'exit' event follows.
    const tell = () => worker.isConnected() && worker.send(CLOSE, () => {})
    if (worker.isDead()) resolve()
    else tell()
    // A worker that is starting may not hear a message yet. It does when it listens.
    worker.once('listening', tell)
  })
}
