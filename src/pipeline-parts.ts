import type { Settings } from './options.js'
import type { Log } from './wire/log.js'

/** By it a pipeline is known, whichever copy of this package made it; options that look like one are not. */
export const IS_PIPELINE = Symbol.for('lognitor.is-pipeline')

/** Whether anything can be sent with these settings. */
export function isSwitchedOn({ enabled, apiKey, transport }: Settings): boolean {
  return enabled && !!(apiKey || transport)
}

/** What is told of an outage that cost something. */
export function lossLog(count: number, dropped: object, nowMs: number): Log {
  return {
    level: 'warn',
    message: `${count} logs and requests were lost while Lognitor could not be reached: the queue was full`,
    timestamp: new Date(nowMs).toISOString(),
    metadata: { 'lognitor.lost': count, 'lognitor.dropped': { ...dropped } },
  }
}
