import { ignoreRejection } from '../common/any-realm.js'
import type { BeforeSend } from '../config/options.js'
import type { Log } from '../wire/log.js'
import { legalLog } from './legal-log.js'

/**
 * The log as the user's hook wants it sent, or why it is dropped: `before_send` for null,
 * `before_send_error` when the hook threw, returned a promise or what is no log. Never throws.
 */
export function runBeforeSend(hook: BeforeSend, log: Log): Log | 'before_send' | 'before_send_error' {
  const { level, message, timestamp } = log
  try {
    const result: unknown = hook(log)
    if (result === null) return 'before_send'
    // A getter that throws makes it no log.
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
      ignoreRejection(result)
      return 'before_send_error'
    }
    return legalLog(result, { level, message, timestamp }) ?? 'before_send_error'
  } catch {
    return 'before_send_error'
  }
}
