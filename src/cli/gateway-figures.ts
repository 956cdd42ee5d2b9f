import cluster, { type Worker } from 'node:cluster'
import { addUp, type Sample } from '../gateway/gateway-stats.js'

/** What a worker and the process that leads it say to each other about figures. */
type Word =
  | { readonly ask: 'all'; readonly id: number }
  | { readonly ask: 'yours'; readonly id: number }
  | { readonly tell: 'mine'; readonly id: number; readonly figures: Sample[] }
  | { readonly tell: 'all'; readonly id: number; readonly figures: Sample[] }

const PATIENCE_MS = 1000

let nextId = 0

/** In the leading process: whenever a worker asks, adds up what all of them tell. */
export function gatherFigures(): void {
  cluster.on('message', async (asker, word: Word) => {
    if (!isWord(word, 'ask', 'all')) return
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected())
    const told = await Promise.all(workers.map((worker) => figuresOf(worker as Worker)))
    if (asker.isConnected()) asker.send({ tell: 'all', id: word.id, figures: addUp(told) }, ignore)
  })
}

/** In a worker: answers when its own are asked for. */
export function tellFigures(own: () => Sample[]): void {
  process.on('message', (word: Word) => {
    if (isWord(word, 'ask', 'yours')) process.send?.({ tell: 'mine', id: word.id, figures: own() })
  })
}

/** In a worker: those of all workers, or its own when nobody answers. */
export function askForFigures(own: () => Sample[]): Promise<Sample[]> {
  const id = nextId++
  return new Promise((resolve) => {
    const settle = (figures: Sample[]) => {
      clearTimeout(timer)
      process.off('message', hear)
      resolve(figures)
    }
    const hear = (word: Word) => {
      if (isWord(word, 'tell', 'all') && word.id === id) settle(word.figures)
    }
    const timer = setTimeout(() => settle(own()), 2 * PATIENCE_MS)
    process.on('message', hear)
    process.send?.({ ask: 'all', id })
  })
}

/** Nothing when the worker is too busy to answer. */
function figuresOf(worker: Worker): Promise<Sample[]> {
  const id = nextId++
  return new Promise((resolve) => {
    const settle = (figures: Sample[]) => {
      clearTimeout(timer)
      worker.off('message', hear)
      resolve(figures)
    }
    const hear = (word: Word) => {
      if (isWord(word, 'tell', 'mine') && word.id === id) settle(word.figures)
    }
    const timer = setTimeout(() => settle([]), PATIENCE_MS)
    worker.on('message', hear)
    worker.send({ ask: 'yours', id }, ignore)
  })
}

function isWord<K extends 'ask' | 'tell', V extends string>(
  word: Word | undefined,
  kind: K,
  what: V,
): word is Extract<Word, Record<K, V>> {
  return typeof word === 'object' && word !== null && (word as Record<string, unknown>)[kind] === what
}

/** What cannot be said to a worker that is ending is not said. */
function ignore(): void {}
