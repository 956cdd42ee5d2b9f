import type { Breadcrumb, Log } from '../wire/log.js'

const LONGEST_MESSAGE = 500

/** The breadcrumb of a log line, for errors that come after it. */
export function lineBreadcrumb({ level, message, timestamp }: Log): Breadcrumb {
  return { type: 'log', category: 'log', message: message.slice(0, LONGEST_MESSAGE), level, timestamp }
}
