import { counted } from '../common/counted.js'
import { warnAtEnd } from '../config/errors.js'
import type { Settings } from '../config/options.js'
import type { Log } from '../wire/log.js'

/** The log about an outage that caused losses. */
export function lossLog(count: number, dropped: object, nowMs: number): Log {
  return {
    level: 'warn',
    message: `${counted(count, 'log or request was', 'logs and requests were')} lost while Lognitor could not be reached: the queue was full`,
    timestamp: new Date(nowMs).toISOString(),
    metadata: { 'lognitor.lost': count, 'lognitor.dropped': { ...dropped } },
  }
}

/** Warns of logs that were lost at the end of the process or of the client. */
export function warnOfLoss(count: number, { flushOnExit, spool }: Settings): void {
  // With `flushOnExit: false` the loss is intended.
  if (flushOnExit === false) return
  const remedies = [
    'raise flushOnExit',
    ...(spool ? [] : ['keep them on disk with the option spool']),
    'check the address with npx lognitor doctor',
  ]
  warnAtEnd(
    'LOGNITOR_LOST_AT_END',
    `${counted(count, 'log or request was', 'logs or requests were')} lost at the end, before Lognitor had accepted them. To prevent this: ${remedies.join('; or ')}.`,
  )
}
