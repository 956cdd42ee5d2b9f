import type { Tap } from './emit-tap.js'
import type { WriteCrash } from './exit-participant.js'

export interface CrashParts {
  /** Describes a thrown value for all clients that capture crashes; undefined when none does. */
  readonly capture: (thrown: unknown) => WriteCrash | undefined
  /** Whether a worker thread has logged this error already, and it has now reached this thread. */
  readonly isKnown: (thrown: unknown) => boolean
  /** Called when nothing handles the error: whether the whole process ends, and not this thread alone. */
  readonly endsProcess: (thrown: unknown) => boolean
  /** Called when the process ends without an `exit` event. */
  readonly onSilentEnd: () => void
  /** Whether `exit` was emitted: an error in one of its listeners ends the process without a second event. */
  readonly isExiting: () => boolean
}

interface Crash {
  readonly thrown: unknown
  write: WriteCrash | undefined
  isDescribed: boolean
}

const REJECTED_WITHOUT_ERROR = 'ERR_UNHANDLED_REJECTION'

/**
 * Observes uncaught errors as Node handles them, in all five `--unhandled-rejections` modes, without handling them.
 * Whether an error ends the process is known only after the application's handlers have run. So each crash is described
 * at once and written then.
 */
export class Crashes {
  readonly #parts: CrashParts
  /** The crash that is not written yet. */
  #open: Crash | undefined
  /** The crash written in this turn of the event loop; Node may report it a second time. */
  #last: Crash | undefined

  constructor(parts: CrashParts) {
    this.#parts = parts
  }

  get taps(): readonly (readonly [string, Tap])[] {
    return [
      ['unhandledRejection', (goOn, [reason]) => this.#onRejection(goOn, reason)],
      ['uncaughtException', (goOn) => this.#onException(goOn)],
    ]
  }

  /** The listener for `uncaughtExceptionMonitor`, which runs before all others. */
  readonly monitor = (error: unknown, origin: string): void => {
    const isRejection = origin === 'unhandledRejection'
    const crash = this.#open && isSame(this.#open, error, isRejection) ? this.#open : this.#begin(error)
    this.#describe(crash)
    // A capture callback runs next, and may end the process or throw; see `afterException`.
    const isCaptured = process.hasUncaughtExceptionCaptureCallback()
    if (!isCaptured && process.listenerCount('uncaughtException') === 0)
      this.#write(crash, crash.write !== undefined && this.#parts.endsProcess(error))
    if (this.#parts.isExiting()) this.#parts.onSilentEnd()
  }

  /** The handler of an exception has returned or thrown. If it has thrown, Node exits with code 7 and no event. */
  afterException(hasThrown: boolean): void {
    if (!hasThrown) return
    this.end()
    this.#parts.onSilentEnd()
  }

  /** The process ends: writes the open crash. */
  end(): void {
    if (this.#open) this.#write(this.#open, true)
  }

  #onException(goOn: () => boolean): boolean {
    const isHandled = goOn()
    if (this.#open) this.#write(this.#open, !isHandled)
    return isHandled
  }

  #onRejection(goOn: () => boolean, reason: unknown): boolean {
    // In strict mode Node reports the exception first, and then the rejection again.
    if (!this.#last || !isSame({ thrown: reason }, this.#last.thrown, true)) this.#begin(reason)
    return goOn()
  }

  #begin(thrown: unknown): Crash {
    if (this.#open) this.#write(this.#open, false)
    const crash: Crash = { thrown, write: undefined, isDescribed: false }
    this.#open = crash
    // In the next tick Node has finished with the rejection, and the process goes on.
    process.nextTick(() => {
      this.#write(crash, false)
      if (this.#last === crash) this.#last = undefined
    })
    return crash
  }

  /**
   * A rejection's error must not be read before Node has handled it. Reading its stack makes V8 forget the place where
   * it was thrown, and Node could not print the source line. The async context stays the same until then.
   */
  #describe(crash: Crash): void {
    if (crash.isDescribed) return
    crash.isDescribed = true
    if (!this.#parts.isKnown(crash.thrown)) crash.write = this.#parts.capture(crash.thrown)
  }

  #write(crash: Crash, endsProcess: boolean): void {
    this.#describe(crash)
    const { write } = crash
    crash.write = undefined
    if (this.#open === crash) {
      this.#open = undefined
      this.#last = crash
    }
    try {
      write?.(endsProcess)
    } catch {
      // An error in here must not hide the thrown one.
    }
  }
}

/** Node wraps a reason that is not an error into an error. */
function isSame(crash: { readonly thrown: unknown }, error: unknown, isRejection: boolean): boolean {
  if (Object.is(crash.thrown, error)) return true
  return isRejection && (error as { code?: unknown } | null)?.code === REJECTED_WITHOUT_ERROR
}
