import cluster, { type Worker } from 'node:cluster'
import { addUp, type Sample } from '../gateway/gateway-stats.js'

/** The messages about metrics between a worker and the primary process. */
type FiguresMessage =
  | { readonly ask: 'all'; readonly id: number }
  | { readonly ask: 'yours'; readonly id: number }
  | { readonly tell: 'mine'; readonly id: number; readonly figures: Sample[] }
  | { readonly tell: 'all'; readonly id: number; readonly figures: Sample[] }

const ANSWER_TIMEOUT_MS = 1000

let nextId = 0

/** In the primary process: answers a worker with the sum of all workers' metrics. */
export function gatherFigures(): void {
  cluster.on('message', async (asker, message: FiguresMessage) => {
    if (!isMessage(message, 'ask', 'all')) return
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected())
    const told = await Promise.all(workers.map((worker) => figuresOf(worker as Worker)))
    if (asker.isConnected()) asker.send({ tell: 'all', id: message.id, figures: addUp(told) }, ignore)
  })
}

/** In a worker: answers with its own metrics when the primary process asks. */
export function tellFigures(own: () => Sample[]): void {
  process.on('message', (message: FiguresMessage) => {
    if (isMessage(message, 'ask', 'yours')) process.send?.({ tell: 'mine', id: message.id, figures: own() })
  })
}

/** In a worker: gives the metrics of all workers, or its own when the primary process does not answer. */
export function askForFigures(own: () => Sample[]): Promise<Sample[]> {
  const id = nextId++
  return new Promise((resolve) => {
    const finish = (figures: Sample[]) => {
      clearTimeout(timer)
      process.off('message', hear)
      resolve(figures)
    }
    const hear = (message: FiguresMessage) => {
      if (isMessage(message, 'tell', 'all') && message.id === id) finish(message.figures)
    }
    const timer = setTimeout(() => finish(own()), 2 * ANSWER_TIMEOUT_MS)
    process.on('message', hear)
    process.send?.({ ask: 'all', id })
  })
}

/** The metrics of a worker; empty when it is too busy to answer. */
function figuresOf(worker: Worker): Promise<Sample[]> {
  const id = nextId++
  return new Promise((resolve) => {
    const finish = (figures: Sample[]) => {
      clearTimeout(timer)
      worker.off('message', hear)
      resolve(figures)
    }
    const hear = (message: FiguresMessage) => {
      if (isMessage(message, 'tell', 'mine') && message.id === id) finish(message.figures)
    }
    const timer = setTimeout(() => finish([]), ANSWER_TIMEOUT_MS)
    worker.on('message', hear)
    worker.send({ ask: 'yours', id }, ignore)
  })
}

function isMessage<K extends 'ask' | 'tell', V extends string>(
  message: FiguresMessage | undefined,
  kind: K,
  what: V,
): message is Extract<FiguresMessage, Record<K, V>> {
  return (
    typeof message === 'object' && message !== null && (message as Record<string, unknown>)[kind] === what
  )
}

/** A worker that is ending may miss a message. */
function ignore(): void {}
