import type { Clock } from '../common/clock.js'
import { USER_AGENT } from '../common/version.js'
import type { Settings } from '../config/options.js'
import type { ApiCaller, PendingCall } from '../delivery/api-caller.js'
import type { Batch } from '../delivery/batch.js'
import type { Batcher, UndeliveredBatch } from '../delivery/batcher.js'
import type { Destination } from '../delivery/destination.js'
import { fateOf } from '../delivery/fate.js'
import { proxyFor } from '../delivery/http/proxy.js'
import { warnOfRefusal } from '../delivery/refusal.js'
import type { DropLedger } from '../diagnostics/drop-ledger.js'
import type { SelfLog } from '../diagnostics/self-log.js'
import type { ExitParticipant, WriteCrash } from '../exit/exit-participant.js'
import type { ExitDestination, ExitRequest, Piece } from '../exit/exit-request.js'

export interface ExitParticipantParts {
  readonly settings: () => Settings
  readonly batcher: Batcher
  readonly apiCaller: ApiCaller
  readonly ledger: DropLedger
  readonly clock: Clock
  readonly selfLog: SelfLog
  readonly releaseHeld: () => void
  readonly flush: (timeoutMs: number) => Promise<boolean>
  readonly capture: (thrown: unknown) => WriteCrash
  /** Called with the number of logs and request entries that were lost at the end of the process. */
  readonly onLost: (count: number) => void
}

/** An undelivered batch or API call. */
type Undelivered = UndeliveredBatch | PendingCall

/** Creates the pipeline's participant in the end of the process. */
export function createExitParticipant(parts: ExitParticipantParts): ExitParticipant {
  const { settings, batcher, apiCaller, ledger, clock, selfLog, releaseHeld, flush, capture } = parts
  let handedOut: readonly Undelivered[] = []

  function undelivered(): readonly ExitRequest[] {
    batcher.trustWritten()
    handedOut = [...batcher.undelivered(), ...apiCaller.undelivered()]
    const now = clock.monotonic()
    const destinations = new Map<Destination, ExitDestination>()
    return handedOut.map((item) => {
      const destination = destinations.get(item.destination) ?? describe(item.destination, now)
      destinations.set(item.destination, destination)
      return requestOf(item, destination)
    })
  }

  /** Applies the answers to an item's request, and returns what is left undelivered. */
  function applyAnswer(
    item: Undelivered,
    pieces: readonly Piece[],
  ): { batch?: Batch; isPing: boolean; count: number }[] {
    if ('call' in item) {
      const isTaken = settlePiece(item.call.path, pieces[0], 1)
      if (isTaken) return []
      return [{ isPing: !item.call.withKey, count: 1 }]
    }
    const counts = pieces.map(({ entries }) => entries)
    return batcher.divide(item, counts).flatMap((batch, n) => {
      const piece = pieces[n]
      if (piece !== undefined) batch.id = piece.id
      return settlePiece(item.queue.path, piece, batch.count)
        ? []
        : [{ batch, isPing: false, count: batch.count }]
    })
  }

  /** Whether the piece is delivered or dropped. */
  function settlePiece(path: string, piece: Piece | undefined, entries: number): boolean {
    if (piece?.outcome === undefined) return false
    // The exit sender has already halved what was to be halved, so a piece is not halved again.
    const fate = fateOf(piece.outcome, { entries, attempts: 1 }, { knownEntries: entries, maxRetries: 0 })
    if (fate.kind === 'done') ledger.take(path, entries, fate.rejected)
    if (fate.kind === 'done') ledger.drop('rejected', fate.rejected)
    if (fate.kind === 'drop') ledger.drop(fate.reason, entries)
    const refused = fate.kind === 'done' ? fate.rejected : fate.kind === 'drop' ? entries : 0
    warnOfRefusal(path, refused, piece.outcome)
    return fate.kind === 'done' || fate.kind === 'drop'
  }

  function drop(count: number): void {
    if (count > 0) {
      selfLog.warn(`${count} logs or entries could not be delivered before the process ended`)
      parts.onLost(count)
    }
    ledger.drop('exit', count)
  }

  const countUndelivered = () => batcher.queued + batcher.inFlight + apiCaller.undelivered().length

  return {
    get flushOnExitMs() {
      return settings().flushOnExit || 0
    },
    get capturesCrashes() {
      const { captureUncaught, enabled, apiKey } = settings()
      return captureUncaught && enabled && !!apiKey
    },
    get undeliveredCount() {
      return countUndelivered()
    },
    get canSendSynchronously() {
      return settings().transport === undefined
    },
    get hasCallers() {
      return apiCaller.hasCallers
    },
    giveUpWaiting: () => apiCaller.giveUpWaiting(),
    releaseHeld,
    flush,
    undelivered,
    applyAnswers(answers) {
      const left = handedOut.flatMap((item, n) => applyAnswer(item, answers[n] ?? []))
      handedOut = []
      ledger.drop('stale_ping', left.filter(({ isPing }) => isPing).length)
      const lost = batcher.handOver(left.filter(({ isPing }) => !isPing))
      apiCaller.handOver()
      drop(lost.reduce((sum, { count }) => sum + count, 0))
    },
    capture,
    drop,
    publish(onChange) {
      const tell = () => onChange(countUndelivered())
      batcher.publish(tell)
      apiCaller.publish(tell)
      tell()
    },
  }
}

function describe(destination: Destination, now: number): ExitDestination {
  const { breaker, limits } = destination
  const target = destination.target()
  return {
    apiUrl: target.apiUrl,
    apiKey: target.apiKey,
    needsEventLoop: target.hasOwnTransport,
    userAgent: USER_AGENT,
    proxy: proxyFor(new URL(target.apiUrl), target.proxy),
    isDoubtful: breaker.reason !== undefined,
    heldMs: breaker.heldMs(now),
    limits: Object.fromEntries(
      Object.entries(limits).map(([path, { entries, bytes, mostEntries }]) => [
        path,
        { entries, bytes, mostEntries },
      ]),
    ),
  }
}

function requestOf(item: Undelivered, destination: ExitDestination): ExitRequest {
  if ('call' in item) {
    return { destination, path: item.call.path, withKey: item.call.withKey, content: item.bytes }
  }
  const { queue, batch } = item
  return {
    destination,
    path: queue.path,
    withKey: true,
    content: Buffer.concat(batch.content()),
    batch: { id: batch.id as string, ends: batch.ends(), wasSent: batch.wasSent },
  }
}
