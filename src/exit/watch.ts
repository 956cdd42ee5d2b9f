import { runInRootAsyncScope } from '../common/root-async-scope.js'
import { shared } from '../common/shared.js'
import { warnOnce } from '../config/errors.js'
import type { ExitParticipant } from './exit-participant.js'
import { ProcessWatch } from './process-watch.js'

/**
 * Shared by all copies of this package in a thread: two sets of listeners would take each other for the application's.
 */
type Join = (participant: ExitParticipant) => () => void

/**
 * Watches the end of the process, or of this thread, for a client: delivers what the client holds, and logs crashes.
 * Must be called again when the client's time limit changes. Returns a function that stops it; with the last client all
 * listeners are removed. Where the application has locked `process`, a warning says what that costs.
 */
export function watchProcess(participant: ExitParticipant): () => void {
  return shared<Join>('process-watch', createJoin)(participant)
}

function createJoin(): Join {
  const participants = new Set<ExitParticipant>()
  let watch: ProcessWatch | undefined
  let isLocked = false
  const tryTo = (change: () => void): void => {
    if (isLocked) return
    try {
      // Node's handles of signals and channels keep the async context in which they are made, for as long as they live.
      runInRootAsyncScope(change)
    } catch (error) {
      isLocked = true
      warnOfLock(error)
    }
  }
  return (participant) => {
    participants.add(participant)
    tryTo(() => {
      watch ??= new ProcessWatch(participants)
      watch.update()
    })
    return () => {
      if (!participants.delete(participant)) return
      tryTo(() => {
        watch?.update()
        if (participants.size > 0) return
        watch?.close()
        watch = undefined
      })
    }
  }
}

function warnOfLock(error: unknown): void {
  warnOnce(
    'LOGNITOR_NO_EXIT_DELIVERY',
    `The end of the process cannot be watched, since the object process is locked (${error}): logs that are undelivered when ` +
      'the process ends are lost, and crashes are not logged. Make the client before process is locked, or await shutdown() ' +
      'of the client before the end.',
    'locked',
  )
}
