import cluster, { type Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewaySettings } from '../gateway/gateway-options.js'
import { stderrLog } from '../gateway/operator-log.js'
import { gatherFigures } from './gateway-figures.js'
import { shareHolds } from './gateway-holds.js'
import { tellListening } from './gateway-listening.js'
import { interrupted } from './interrupted.js'

/** What a worker is told at the end. */
export const CLOSE = 'close'

/** A worker that ends sooner than this is started again only after as long. */
const SHORT_LIFE_MS = 2000
const SOON_MS = 50

/**
 * Starts workers that share one address, and starts again what ends by itself. At a signal they all finish.
 * @returns the exit code: a worker's, when none ever came to listen
 */
export async function leadWorkers(count: number, settings: GatewaySettings): Promise<number> {
  const say = stderrLog(settings.logFormat)
  let isClosing = false
  /** Workers that came to listen, by id. */
  const listening = new Set<number>()
  const failed = new Promise<number>((resolve) => {
    cluster.on('exit', async (worker, code, signal) => {
      // Of a signal to us all we may see first what it does to them.
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
    // Not at the first: while it is alone, its end would close the address that was told.
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

/** A signal to the group has reached it already; another one would end it at once. */
function stop(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve())
    if (worker.isDead()) resolve()
    // Written with a callback: to one that is ending at this moment it fails, and 'exit' tells.
    else if (worker.isConnected()) worker.send(CLOSE, () => {})
  })
}
