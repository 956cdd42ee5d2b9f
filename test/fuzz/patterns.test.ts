import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, expect, test } from 'vitest'
import { type Pattern, PLAIN, patternsOfOurs, piecesFor } from './patterns.js'

/** A pattern that backtracks takes minutes for one of these texts; the others take milliseconds. */
const LENGTH = 600_000

/** In a thread of its own, because a timeout cannot stop a pattern that is running. */
const TRY_PATTERNS = `
  const { parentPort, workerData } = require('node:worker_threads')
  function textsOf(piece) {
    const row = piece.repeat(Math.ceil(workerData.length / piece.length))
    return [row, row + '\\u0000', '\\u0000' + row + '!']
  }
  // To make a text takes longer than most patterns take to scan it.
  const kept = new Map(workerData.plain.map((piece) => [piece, textsOf(piece)]))
  parentPort.on('message', ({ source, flags, pieces }) => {
    for (const piece of pieces) {
      for (const text of kept.get(piece) ?? textsOf(piece)) text.search(new RegExp(source, flags))
    }
    parentPort.postMessage(pieces.length)
  })
`

let worker: Worker | undefined

// A pattern that still runs at the time limit must not delay the next ones.
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await end()
})
afterAll(() => end())

async function end(): Promise<void> {
  await worker?.terminate()
  worker = undefined
}

/** Number of texts that were tried. */
function attempt({ source, flags }: Pattern, pieces: readonly string[]): Promise<number> {
  worker ??= new Worker(TRY_PATTERNS, { eval: true, workerData: { plain: PLAIN, length: LENGTH } })
  const answer = once(worker, 'message')
  worker.postMessage({ source, flags, pieces })
  return answer.then(([count]) => count as number)
}

const all = patternsOfOurs()

test('there are patterns to try', () => {
  expect(all.length).toBeGreaterThan(80)
})

test.each(all)('$place: /$source/ takes linear time for 600 000 characters', async (pattern) => {
  const pieces = piecesFor(pattern)
  expect(await attempt(pattern, pieces)).toBe(pieces.length)
})

test('the texts include one that a backtracking pattern would fail on', () => {
  expect(piecesFor({ place: '', source: '\\/+$', flags: '' })).toContain('/')
  expect(piecesFor({ place: '', source: '[\\\\/]api[\\\\/].*diag', flags: '' })).toContain('/api/')
  expect(piecesFor({ place: '', source: '(a+)+b', flags: '' })).toContain('a')
})
