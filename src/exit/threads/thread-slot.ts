const LIVES = 0
const ROUNDS = 1
const UNDELIVERED = 2
const CRASH = 3
const DECISION = 4
const HELD = 5
const ENDED_AT = 6
const LENGTH = 7

/** Above this age, in ms, the end of a thread is not the one that is waited for. */
const JUST_NOW_MS = 500

/**
 * Memory shared by a worker thread and the main thread: a few numbers that both can read while neither can receive
 * messages.
 */
export class ThreadSlot {
  readonly cells: Int32Array<SharedArrayBuffer>

  constructor(cells = new Int32Array(new SharedArrayBuffer(LENGTH * Int32Array.BYTES_PER_ELEMENT))) {
    this.cells = cells
  }

  get hasEnded(): boolean {
    return Atomics.load(this.cells, LIVES) === 1
  }

  /** How many times the thread has delivered on request. */
  get rounds(): number {
    return Atomics.load(this.cells, ROUNDS)
  }

  /** Undelivered logs, request entries and API calls of the thread. */
  get undelivered(): number {
    return Atomics.load(this.cells, UNDELIVERED)
  }

  set undelivered(count: number) {
    Atomics.store(this.cells, UNDELIVERED, count)
  }

  /** The hash of the error that ended the thread; 0 for none. */
  get crash(): number {
    return Atomics.load(this.cells, CRASH)
  }

  set crash(hash: number) {
    Atomics.store(this.cells, CRASH, hash)
  }

  /** How long, in ms, the thread was held at its end, if that was just now; else 0. */
  get heldMs(): number {
    // Both values wrap around at 32 bits. Threads have no other clock in common.
    const agoMs = ((Date.now() | 0) - Atomics.load(this.cells, ENDED_AT)) | 0
    return this.hasEnded && agoMs >= 0 && agoMs < JUST_NOW_MS ? Atomics.load(this.cells, HELD) : 0
  }

  /** The thread ends, and was held for `heldMs`. */
  noteEnd(heldMs: number): void {
    Atomics.store(this.cells, HELD, Math.ceil(heldMs))
    Atomics.store(this.cells, ENDED_AT, Date.now() | 0)
  }

  /** The thread has delivered, or will not deliver any more. */
  finishRound(hasEnded = false): void {
    if (hasEnded) Atomics.store(this.cells, LIVES, 1)
    Atomics.add(this.cells, ROUNDS, 1)
    Atomics.notify(this.cells, ROUNDS)
  }

  /** Blocks until a round after `after` is finished; false if the time was up before. */
  waitForRound(after: number, timeoutMs: number): boolean {
    return this.hasEnded || Atomics.wait(this.cells, ROUNDS, after, timeoutMs) !== 'timed-out'
  }

  /** Sets whether the thread's crash ends the process. */
  decide(endsProcess: boolean): void {
    Atomics.store(this.cells, DECISION, endsProcess ? 2 : 1)
    Atomics.notify(this.cells, DECISION)
  }

  /** Blocks until {@link decide} is called; undefined if the time was up before. */
  waitForDecision(timeoutMs: number): boolean | undefined {
    Atomics.wait(this.cells, DECISION, 0, timeoutMs)
    const decision = Atomics.load(this.cells, DECISION)
    return decision === 0 ? undefined : decision === 2
  }
}
