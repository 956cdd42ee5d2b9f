import { setTimeout } from '../common/clock.js'
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

/**
 * Time in ms after a signal before its delivery starts, where the application has a listener that decides what happens.
 * Most of these end the process at once: what had just been sent would be without an answer, and would be sent again.
 */
const HURRY_MS = 50

/** A process that still runs this long, in ms, after the delivery at its end has not ended. */
const GOES_ON_MS = 500

/** Watches the end of a thread with one set of listeners, however many clients there are. */
export class ProcessWatch {
  readonly #participants: ReadonlySet<ExitParticipant>
  readonly #budget = new Budget()
  readonly #crashes: Crashes
  readonly #tap: EmitTap
  readonly #leaveLastSteps: () => void
  /** Exactly one of the two is set. */
  readonly #main: MainThread | undefined
  readonly #thread: WorkerThread | undefined
  #signals: Signals | undefined
  #hasFlushed = false
  #isDelivering = false
  #isExiting = false

  constructor(participants: ReadonlySet<ExitParticipant>) {
    this.#participants = participants
    if (nodeThreads().isMainThread) this.#main = new MainThread((count) => this.#drop(count))
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
    // In addition to the tap: another listener may call process.exit, and then the tap's second delivery does not
    // happen.
    process.prependListener('exit', this.#onExit)
    process.prependListener('uncaughtExceptionMonitor', this.#crashes.monitor)
  }

  /** Participants have joined or left, or their time limits have changed. */
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
      // Without releasing callers: requests in flight may still be answered.
      hurry: () => {
        setTimeout(() => {
          for (const participant of this.#participants) void participant.flush(0)
        }, HURRY_MS).unref()
      },
      deliver: () => this.#deliverInTime(),
      lastChance: (atOnce) => this.#deliverBlocking(atOnce ? 0 : this.#budget.left(this.#flushOnExitMs)),
    })
  }

  /**
   * The event loop is empty. Asynchronous delivery is preferred, but work started here makes Node call all listeners of
   * `beforeExit` again. If there are other listeners, delivery is left to `exit`, unless a caller waits for an answer:
   * Node would report an unsettled `await`.
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
    // Only the present callers: those that get an answer go on, and may wait for another one.
    const givingUp = waiting.map((participant) => participant.giveUpWaiting())
    void this.#deliverInTime().then(() => {
      this.#isDelivering = false
      for (const giveUp of givingUp) giveUp()
    })
  }

  /** Delivers again after the other listeners: what they wrote may need a running event loop. */
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
      this.#signals?.leave()
    } catch {
      // An exception in an exit handler would change the exit code.
    }
    emitWaitingWarnings()
  }

  /** Delivers before the other listeners, one of which may raise a signal, and again after them for what they wrote. */
  readonly #aroundExit: Tap = (goOn) => {
    this.#onExit()
    const hadListeners = finallyDo(goOn, this.#onExit)
    this.#thread?.close(this.#budget.spentMs)
    return hadListeners
  }

  /** The process ends without an `exit` event, or a listener of `exit` has written logs and then ended the process. */
  readonly #onLastStep = (): void => {
    const isOver =
      this.#isExiting && [...this.#participants].every(({ undeliveredCount }) => undeliveredCount === 0)
    if (!isOver) this.#onExit()
  }

  /** If a worker thread has just ended, the process has already waited for its delivery; that time counts. */
  #chargeForThreads(): void {
    this.#budget.charge(this.#main?.takeHeldMs() ?? 0)
  }

  async #deliverInTime(): Promise<void> {
    await this.#budget.spend(() => this.#deliver())
    // The timer runs only in a process that goes on. Its next end has the whole budget again.
    setTimeout(() => this.#budget.restore(), GOES_ON_MS).unref()
  }

  async #deliver(limitMs = Number.POSITIVE_INFINITY): Promise<void> {
    const participants = [...this.#participants].filter(({ flushOnExitMs }) => flushOnExitMs > 0)
    this.#main?.ask(this.#flushOnExitMs)
    const flushes = participants.map((participant) => {
      participant.releaseHeld()
      return participant.flush(Math.min(limitMs, this.#budget.left(participant.flushOnExitMs)))
    })
    await Promise.all(flushes)
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
      // An error while a crash is described would hide the crash.
      return undefined
    }
  }

  /** A thread's loss is counted once, for one client: the main thread does not know whose logs they were. */
  #drop(count: number): void {
    const [first] = this.#participants
    first?.drop(count)
  }
}

/** No catch and rethrow: Node prints the line where the error was thrown. */
function finallyDo<T>(work: () => T, last: () => void): T {
  try {
    return work()
  } finally {
    last()
  }
}
