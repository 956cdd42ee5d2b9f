import { shared } from '../common/shared.js'
import type { ExitParticipant } from './exit-participant.js'
import { ProcessWatch } from './process-watch.js'

/**
 * Shared by all copies of this package in a thread: two sets of listeners would take each other for the application's.
 */
type Join = (participant: ExitParticipant) => () => void

/**
 * Watches the end of the process, or of this thread, for a client: delivers what the client holds, and logs crashes.
 * Must be called again when the client's time limit changes. Returns a function that stops it; with the last client all
 * listeners are removed.
 */
export function watchProcess(participant: ExitParticipant): () => void {
  return shared<Join>('process-watch', createJoin)(participant)
}

function createJoin(): Join {
  const participants = new Set<ExitParticipant>()
  let watch: ProcessWatch | undefined
  return (participant) => {
    participants.add(participant)
    watch ??= new ProcessWatch(participants)
    watch.update()
    return () => {
      if (!participants.delete(participant)) return
      watch?.update()
      if (participants.size > 0) return
      watch?.close()
      watch = undefined
    }
  }
}
