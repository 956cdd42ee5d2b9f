import type { Tap } from './emit-tap.js'
import type { WriteCrash } from './exit-participant.js'

export interface CrashParts {
  /** Describes what was thrown, for all clients that want to know; undefined when none does. */
  readonly capture: (thrown: unknown) => WriteCrash | undefined
  /** Whether a thread has logged this already, and its error has come up to us. */
  readonly isKnown: (thrown: unknown) => boolean
  /** Asked when nobody handles it: whether the whole process ends, and not this thread alone. */
  readonly endsProcess: (thrown: unknown) => boolean
  /** The process ends without an `exit` event. */
  readonly onSilentEnd: () => void
  /** Whether `exit` has been: what is thrown by one of its listeners ends the process without another. */
  readonly isExiting: () => boolean
}

interface Crash {
  readonly thrown: unknown
  write: WriteCrash | undefined
  isDescribed: boolean
}

const REJECTED_WITHOUT_ERROR = 'ERR_UNHANDLED_REJECTION'

/**
 * Follows what is thrown and not caught through Node's own course, whichever of the five
 * `--unhandled-rejections` modes that takes, without being part of it. Whether it ended the process is known
 * only after the application's handlers have run, so each crash is described early and written then.
 */
export class Crashes {
  readonly #parts: CrashParts
  /** Not written yet. */
  #open: Crash | undefined
  /** The one that was written in this turn; Node may come with it a second time. */
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

  /** The listener for `uncaughtExceptionMonitor`, which comes before all others. */
  readonly monitor = (error: unknown, origin: string): void => {
    const isRejection = origin === 'unhandledRejection'
    const crash = this.#open && isSame(this.#open, error, isRejection) ? this.#open : this.#begin(error)
    this.#describe(crash)
    // A capture callback comes next, and may end the process or throw; see `afterException`.
    const isCaptured = process.hasUncaughtExceptionCaptureCallback()
    if (!isCaptured && process.listenerCount('uncaughtException') === 0)
      this.#write(crash, crash.write !== undefined && this.#parts.endsProcess(error))
    if (this.#parts.isExiting()) this.#parts.onSilentEnd()
  }

  /** What handles an exception has returned, or has thrown itself: Node ends with 7 then, without a word to anybody. */
  afterException(hasThrown: boolean): void {
    if (!hasThrown) return
    this.end()
    this.#parts.onSilentEnd()
  }

  /** Writes what is still open: the process ends. */
  end(): void {
    if (this.#open) this.#write(this.#open, true)
  }

  #onException(goOn: () => boolean): boolean {
    const isHandled = goOn()
    if (this.#open) this.#write(this.#open, !isHandled)
    return isHandled
  }

  #onRejection(goOn: () => boolean, reason: unknown): boolean {
    // In strict mode the exception comes first, and then the rejection once more.
    if (!this.#last || !isSame({ thrown: reason }, this.#last.thrown, true)) this.#begin(reason)
    return goOn()
  }

  #begin(thrown: unknown): Crash {
    if (this.#open) this.#write(this.#open, false)
    const crash: Crash = { thrown, write: undefined, isDescribed: false }
    this.#open = crash
    // By then Node has gone its course, and the process goes on.
    process.nextTick(() => {
      this.#write(crash, false)
      if (this.#last === crash) this.#last = undefined
    })
    return crash
  }

  /**
   * A rejection is not looked at before Node has taken up its error: reading the stack of one makes V8 forget
   * where it was, and Node could no longer print the line. Until then its async context is the same.
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
      // It must not hide what was thrown.
    }
  }
}

/** Node wraps a reason that is no error into one. */
function isSame(crash: { readonly thrown: unknown }, error: unknown, isRejection: boolean): boolean {
  if (Object.is(crash.thrown, error)) return true
  return isRejection && (error as { code?: unknown } | null)?.code === REJECTED_WITHOUT_ERROR
}
