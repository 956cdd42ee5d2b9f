import { ignoreRejection } from '../common/any-realm.js'
import type { BeforeSend } from '../config/options.js'
import type { Log } from '../wire/log.js'
import { legalLog } from './legal-log.js'

/**
 * Calls the user's hook and returns the log to send, or the reason to drop it: `before_send` where the hook returned
 * null, `before_send_error` where it threw or returned a promise or anything that is not a log. Never throws.
 */
export function runBeforeSend(hook: BeforeSend, log: Log): Log | 'before_send' | 'before_send_error' {
  const { level, message, timestamp } = log
  try {
    const result: unknown = hook(log)
    if (result === null) return 'before_send'
    // A result whose getters throw is not a log.
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
      ignoreRejection(result)
      return 'before_send_error'
    }
    return legalLog(result, { level, message, timestamp }) ?? 'before_send_error'
  } catch {
    return 'before_send_error'
  }
}
