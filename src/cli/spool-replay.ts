import { lstatSync } from 'node:fs'
import { counted } from '../common/counted.js'
import { type Options, resolveOptions } from '../config/options.js'
import { Pipeline } from '../pipeline/pipeline.js'
import { destinationFolder } from '../spool/destination-folder.js'
import { type SpoolSurvey, surveySpool } from '../spool/survey.js'
import { interrupted } from './interrupted.js'
import { createProgress } from './progress.js'
import { fail, print, reportUnreadable } from './spool-messages.js'

const LOOK_MS = 100
const SAY_EVERY_MS = 3000

/**
 * `lognitor spool replay`: delivers what ended processes have left for the address and key in the environment.
 * @param giveUpAfterMs ends when nothing could be delivered for this time
 * @returns the exit code
 */
export async function replay(directory: string, giveUpAfterMs: number): Promise<number> {
  const options: Options = { spool: { directory }, flushOnExit: false, captureUncaught: false }
  const settings = resolveOptions(options)
  if (!settings.apiKey) {
    fail('LOGNITOR_API_KEY must hold the key that the logs were written for')
    return 2
  }
  const before = await surveySpool(directory)
  if (before.unreadable.length > 0) return reportUnreadable(before.unreadable)
  const { apiUrl, apiKey } = settings
  // Nothing may be created in the directory when nothing was ever written for this address and key.
  const isThere =
    lstatSync(destinationFolder(directory, { apiUrl, apiKey }), { throwIfNoEntry: false }) !== undefined
  const isDone = isThere ? await replayInto(new Pipeline(settings), giveUpAfterMs) : noneDelivered()
  const left = await surveySpool(directory)
  if (isDone) tellOthers(left)
  return reportUnreadable(left.unreadable) === 0 && isDone ? 0 : 1
}

/** Resolves to whether everything was delivered. */
async function replayInto(pipeline: Pipeline, giveUpAfterMs: number): Promise<boolean> {
  await pipeline.takeOver()
  const isDone = await deliver(pipeline, giveUpAfterMs)
  const { accepted, requestsAccepted, takenOver, dropped, holding } = pipeline.stats()
  await pipeline.shutdown(0)
  print(`${accepted + requestsAccepted} of ${takenOver} delivered.`)
  for (const [reason, count] of Object.entries(dropped)) print(`${count} dropped: ${reason}`)
  if (!isDone) fail(`the rest stays in the spool (${HELD[holding ?? ''] ?? 'interrupted'})`)
  return isDone
}

function noneDelivered(): boolean {
  print('0 of 0 delivered.')
  return true
}

/** Names the other addresses in the directory, as far as they are known. */
function tellOthers({ destinations }: SpoolSurvey): void {
  const others = destinations.filter(({ folders }) =>
    folders.some(({ lives, entries }) => !lives && entries > 0),
  )
  if (others.length === 0) return
  const addresses = new Set(others.map(({ apiUrl }) => apiUrl ?? 'an unknown address'))
  print(`What is left was written for another key or address: ${[...addresses].join(', ')}.`)
}

/** Why entries remain, as text. */
const HELD: Readonly<Record<string, string>> = {
  backoff: 'nothing gets through to the service',
  retry_after: 'the service asks to wait',
  unauthorized: 'the service refused the key',
  wrong_address: 'the address does not answer like Lognitor',
}

function sayLeft(left: number, all: number, stillMs: number, giveUpAfterMs: number): void {
  const inSeconds = (ms: number) => counted(Math.floor(ms / 1000), 'second', 'seconds')
  const hope =
    stillMs < SAY_EVERY_MS
      ? ''
      : ` Nothing got through for ${inSeconds(stillMs)}; replay gives up after ${inSeconds(giveUpAfterMs)}.`
  fail(`${left} of ${all} are left.${hope}`)
}

/** Resolves to true when nothing is left, to false after an interruption or when nothing can be delivered. */
async function deliver(pipeline: Pipeline, giveUpAfterMs: number): Promise<boolean> {
  const progress = createProgress()
  let isInterrupted = false
  void interrupted().then(() => {
    isInterrupted = true
  })
  let before = Number.POSITIVE_INFINITY
  let changedAt = performance.now()
  let saidAt = changedAt
  try {
    for (;;) {
      const { spooled, inFlight, takenOver, holding } = pipeline.stats()
      const left = spooled + inFlight
      progress.show(takenOver - left, takenOver)
      if (left === 0) return true
      if (left !== before) changedAt = performance.now()
      before = left
      const isHopeless = holding === 'unauthorized' || holding === 'wrong_address'
      const now = performance.now()
      if (isInterrupted || isHopeless || now - changedAt > giveUpAfterMs) return false
      if (now - saidAt > SAY_EVERY_MS) {
        saidAt += SAY_EVERY_MS
        progress.end()
        sayLeft(left, takenOver, now - changedAt, giveUpAfterMs)
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  } finally {
    progress.end()
  }
}
