import { emitWaitingWarnings } from '../config/errors.js'
import { Budget } from './budget.js'
import { Crashes } from './crashes.js'
import { deliverAtExit } from './deliver-at-exit.js'
import { EmitTap, type Tap } from './emit-tap.js'
import type { ExitParticipant, WriteCrash } from './exit-participant.js'
import { watchLastSteps } from './last-steps.js'
import { Signals } from './signals.js'
import { MainThread } from './threads/main-thread.js'
import { nodeThreads } from './threads/node-threads.js'
import { WorkerThread } from './threads/worker-thread.js'

/** All that listens to the end of a thread: one set of listeners, however many clients there are. */
export class ProcessWatch {
  readonly #participants: ReadonlySet<ExitParticipant>
  readonly #budget = new Budget()
  readonly #crashes: Crashes
  readonly #tap: EmitTap
  readonly #leaveLastSteps: () => void
  /** One of the two. */
  readonly #main: MainThread | undefined
  readonly #thread: WorkerThread | undefined
  #signals: Signals | undefined
  #hasFlushed = false
  #isDelivering = false
  #isExiting = false

  constructor(participants: ReadonlySet<ExitParticipant>) {
    this.#participants = participants
    if (nodeThreads().isMainThread) this.#main = new MainThread((count) => this.#lose(count))
    else this.#thread = new WorkerThread((timeoutMs) => this.#deliver(timeoutMs))
    this.#crashes = new Crashes({
      capture: (thrown) => this.#capture(thrown),
      isKnown: (thrown) => this.#main?.knows(thrown) ?? false,
      endsProcess: (thrown) => this.#thread?.crash(thrown) ?? true,
      onSilentEnd: this.#onExit,
      isExiting: () => this.#isExiting,
    })
    this.#tap = new EmitTap(
      new Map([...this.#crashes.taps, ['beforeExit', this.#aroundNaturalEnd], ['exit', this.#aroundExit]]),
    )
    this.#leaveLastSteps = watchLastSteps({
      afterException: (hasThrown) => this.#crashes.afterException(hasThrown),
      beforeEnd: this.#onLastStep,
    })
    process.on('beforeExit', this.#onNaturalEnd)
    // Besides the tap: one of the other listeners may call process.exit, and then nothing comes after it.
    process.prependListener('exit', this.#onExit)
    process.prependListener('uncaughtExceptionMonitor', this.#crashes.monitor)
  }

  /** Participants have come or gone, or have become more or less patient. */
  update(): void {
    this.#thread?.watch(this.#participants)
    const wantsSignals = this.#main !== undefined && this.#flushOnExitMs > 0
    if (wantsSignals) this.#signals ??= this.#listenToSignals()
    if (wantsSignals) return
    this.#signals?.close()
    this.#signals = undefined
  }

  close(): void {
    this.#tap.close()
    this.#leaveLastSteps()
    this.#signals?.close()
    this.#main?.close()
    this.#thread?.close()
    process.removeListener('beforeExit', this.#onNaturalEnd)
    process.removeListener('exit', this.#onExit)
    process.removeListener('uncaughtExceptionMonitor', this.#crashes.monitor)
  }

  get #flushOnExitMs(): number {
    return Math.max(0, ...[...this.#participants].map(({ flushOnExitMs }) => flushOnExitMs))
  }

  #listenToSignals(): Signals {
    return new Signals({
      // Without letting go: requests under way may still be answered.
      hurry: () => {
        for (const participant of this.#participants) void participant.flush(0)
      },
      deliver: () => this.#budget.spend(() => this.#deliver()),
      lastChance: (atOnce) => this.#deliverBlocking(atOnce ? 0 : this.#budget.left(this.#flushOnExitMs)),
    })
  }

  /**
   * Nothing is left to do. Delivering asynchronously is the gentler way, but work begun here makes Node call
   * all listeners of `beforeExit` once more. Others would notice, so where there are others it is left to `exit`,
   * unless somebody waits for an answer, whose `await` Node would call unfinished.
   */
  readonly #onNaturalEnd = (): void => {
    if (!this.#hasFlushed) for (const participant of this.#participants) participant.releaseHeld()
    const waiting = [...this.#participants].filter(
      (participant) => participant.flushOnExitMs > 0 && participant.undeliveredCount > 0,
    )
    const isNoticed = process.listenerCount('beforeExit') > 1
    const canWait = isNoticed && waiting.every(({ canSendSynchronously }) => canSendSynchronously)
    const isAwaited = waiting.some(({ hasCallers }) => hasCallers)
    if (waiting.length === 0 || (!isAwaited && (this.#hasFlushed || canWait))) return
    this.#hasFlushed = true
    this.#isDelivering = true
    this.#chargeForThreads()
    // Those of now: whoever has an answer goes on, and may wait for the next one then.
    const givingUp = waiting.map((participant) => participant.giveUpWaiting())
    void this.#budget
      .spend(() => this.#deliver())
      .then(() => {
        this.#isDelivering = false
        for (const giveUp of givingUp) giveUp()
      })
  }

  /** Once more when the others have had their turn: what they wrote may need a running event loop. */
  readonly #aroundNaturalEnd: Tap = (goOn) => {
    const hadListeners = goOn()
    if (!this.#isDelivering) this.#onNaturalEnd()
    return hadListeners
  }

  readonly #onExit = (): void => {
    this.#isExiting = true
    try {
      this.#crashes.end()
      this.#chargeForThreads()
      this.#deliverBlocking(this.#budget.left(this.#flushOnExitMs))
    } catch {
      // What escapes an exit handler becomes the exit code.
    }
    emitWaitingWarnings()
  }

  /** Once more when the others have had their turn, for what they wrote. */
  readonly #aroundExit: Tap = (goOn) => {
    const hadListeners = finallyDo(goOn, this.#onExit)
    this.#thread?.close(this.#budget.spentMs)
    return hadListeners
  }

  /** Without an `exit` event before it, or with a listener of `exit` that has written and then ended the process. */
  readonly #onLastStep = (): void => {
    const isOver =
      this.#isExiting && [...this.#participants].every(({ undeliveredCount }) => undeliveredCount === 0)
    if (!isOver) this.#onExit()
  }

  /** An end that comes with a thread's own has waited for that, and the thread may have waited for the service. */
  #chargeForThreads(): void {
    this.#budget.charge(this.#main?.takeHeldMs() ?? 0)
  }

  async #deliver(limitMs = Number.POSITIVE_INFINITY): Promise<void> {
    const participants = [...this.#participants].filter(({ flushOnExitMs }) => flushOnExitMs > 0)
    this.#main?.ask(this.#flushOnExitMs)
    const flushes = participants.map((participant) => {
      participant.releaseHeld()
      return participant.flush(Math.min(limitMs, this.#budget.left(participant.flushOnExitMs)))
    })
    const delivered = await Promise.all(flushes)
    // Should the process live on, its real end has all the time again.
    if (delivered.every(Boolean)) this.#budget.restore()
  }

  #deliverBlocking(timeoutMs: number): void {
    this.#budget.spend(() => {
      const deadline = performance.now() + timeoutMs
      const waitForThreads = this.#main?.ask(timeoutMs)
      deliverAtExit(this.#participants, timeoutMs)
      waitForThreads?.(Math.max(0, deadline - performance.now()))
    })
  }

  #capture(thrown: unknown): WriteCrash | undefined {
    const participants = [...this.#participants].filter(({ capturesCrashes }) => capturesCrashes)
    try {
      const writes = participants.map((participant) => participant.capture(thrown))
      if (writes.length === 0) return undefined
      return (endsProcess) => {
        for (const write of writes) write(endsProcess)
      }
    } catch {
      // A crash while describing a crash would hide the first.
      return undefined
    }
  }

  /** A thread's loss is counted once, and in the main thread nobody knows whose it was. */
  #lose(count: number): void {
    const [first] = this.#participants
    first?.lose(count)
  }
}

/** Without a catch: Node prints the line where something was thrown. */
function finallyDo<T>(work: () => T, last: () => void): T {
  try {
    return work()
  } finally {
    last()
  }
}
