import { warnOnce } from '../config/errors.js'

interface Permission {
  has(scope: string): boolean
}

/**
 * Warns once if Node's permission model forbids worker threads: delivery in an `exit` handler needs one, since nothing
 * asynchronous runs there.
 */
export function warnWithoutThreads(): void {
  const { permission } = process as { permission?: Permission }
  if (permission === undefined || permission.has('worker')) return
  warnOnce(
    'LOGNITOR_NO_EXIT_DELIVERY',
    'Node runs with --permission and without --allow-worker: logs that are undelivered when process.exit is called or an ' +
      'exception ends the process are lost. Start node with --allow-worker, or await shutdown() of the client first.',
  )
}
