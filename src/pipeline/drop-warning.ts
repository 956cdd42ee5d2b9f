import { warnOnce } from '../config/errors.js'
import type { DropReason } from '../diagnostics/drop-ledger.js'

/** The reasons that the application or its operator can remove, and of which nothing else warns. */
const WORDS: Partial<Record<DropReason, string>> = {
  before_send_error:
    'beforeSend threw, returned a promise, or returned something that is no log. Let it return the log, or null to drop it.',
  hook_error:
    'A function that was given as an option, such as captureUser, or a getter of a logged value threw. The log is missing, or has no user. Catch its exceptions.',
  before_init_full: 'There were more calls before init than are kept. Call init earlier.',
  queue_full:
    'The queue was full, and its oldest entries were dropped. Find out why Lognitor does not take them (npx lognitor doctor), keep them on disk with the option spool, or raise maxQueueSize and maxQueueBytes.',
  spool_full: 'The spool was full, and its oldest entries were deleted. Raise its maxBytes.',
  spool_corrupt: 'A file of the spool could not be read back. Check its disk.',
}

/** Warns once per process and reason, where somebody can remove the reason. */
export function warnOfDrop(reason: DropReason): void {
  const words = WORDS[reason]
  if (words === undefined) return
  warnOnce(
    'LOGNITOR_LOGS_DROPPED',
    `Logs or request entries were dropped (${reason}): ${words} stats().dropped counts them.`,
    reason,
  )
}
