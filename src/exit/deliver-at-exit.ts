import type { ExitParticipant } from './exit-participant.js'
import type { Piece } from './exit-request.js'
import { sendBlocking } from './exit-sender.js'

/**
 * Delivers everything that the participants hold, synchronously. What cannot be delivered is counted as lost, or stays
 * on disk.
 */
export function deliverAtExit(participants: Iterable<ExitParticipant>, timeoutMs: number): void {
  const ending = [...participants].flatMap((participant) => {
    participant.releaseHeld()
    return participant.undeliveredCount > 0 ? [{ participant, requests: participant.undelivered() }] : []
  })
  const sendable = ending.flatMap(({ participant, requests }) =>
    participant.flushOnExitMs > 0
      ? requests.filter(({ destination }) => !destination.needsEventLoop && destination.heldMs < timeoutMs)
      : [],
  )
  const sent = sendable.length > 0 ? sendBlocking(sendable, timeoutMs) : []
  const answers = new Map(sendable.map((request, n) => [request, sent[n] as readonly Piece[]]))
  for (const { participant, requests } of ending)
    participant.applyAnswers(requests.map((request) => answers.get(request) ?? []))
}
