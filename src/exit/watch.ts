import { shared } from '../common/shared.js'
import type { ExitParticipant } from './exit-participant.js'
import { ProcessWatch } from './process-watch.js'

/** One for all copies of this package in a thread: two sets of listeners would take each other for the app's. */
type Join = (participant: ExitParticipant) => () => void

/**
 * From here on the end of the process, or of this thread, is attended to for this client: what it holds is
 * delivered, and crashes are logged. To be called again when the client's patience has changed. Gives a function
 * that ends it; with the last client all listeners go.
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
