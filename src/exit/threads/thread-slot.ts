const LIVES = 0
const ROUNDS = 1
const UNDELIVERED = 2
const CRASH = 3
const VERDICT = 4
const HELD = 5
const ENDED_AT = 6
const LENGTH = 7

/** What is later than this after a thread's end has not waited for it. */
const JUST_NOW_MS = 500

/** What a thread shares with the main thread: a few numbers that both can see while neither can be spoken to. */
export class ThreadSlot {
  readonly cells: Int32Array<SharedArrayBuffer>

  constructor(cells = new Int32Array(new SharedArrayBuffer(LENGTH * Int32Array.BYTES_PER_ELEMENT))) {
    this.cells = cells
  }

  get hasEnded(): boolean {
    return Atomics.load(this.cells, LIVES) === 1
  }

  /** Times the thread has delivered on demand. */
  get rounds(): number {
    return Atomics.load(this.cells, ROUNDS)
  }

  /** Logs and entries that the thread holds. */
  get undelivered(): number {
    return Atomics.load(this.cells, UNDELIVERED)
  }

  set undelivered(count: number) {
    Atomics.store(this.cells, UNDELIVERED, count)
  }

  /** A hash of what ended the thread, 0 for nothing. */
  get crash(): number {
    return Atomics.load(this.cells, CRASH)
  }

  set crash(hash: number) {
    Atomics.store(this.cells, CRASH, hash)
  }

  /** For so long the thread was held at its end, where that was just now; else 0. */
  get heldMs(): number {
    // Both wrap around alike. Threads have no other clock in common.
    const agoMs = ((Date.now() | 0) - Atomics.load(this.cells, ENDED_AT)) | 0
    return this.hasEnded && agoMs >= 0 && agoMs < JUST_NOW_MS ? Atomics.load(this.cells, HELD) : 0
  }

  /** The thread ends, and has been held for so long. */
  noteEnd(heldMs: number): void {
    Atomics.store(this.cells, HELD, Math.ceil(heldMs))
    Atomics.store(this.cells, ENDED_AT, Date.now() | 0)
  }

  /** The thread has delivered, or will never again. */
  finishRound(hasEnded = false): void {
    if (hasEnded) Atomics.store(this.cells, LIVES, 1)
    Atomics.add(this.cells, ROUNDS, 1)
    Atomics.notify(this.cells, ROUNDS)
  }

  /** Blocks until a round after the given one is finished; false when the time was up before. */
  waitForRound(after: number, timeoutMs: number): boolean {
    return this.hasEnded || Atomics.wait(this.cells, ROUNDS, after, timeoutMs) !== 'timed-out'
  }

  /** Says whether the thread's crash ends the process. */
  judge(endsProcess: boolean): void {
    Atomics.store(this.cells, VERDICT, endsProcess ? 2 : 1)
    Atomics.notify(this.cells, VERDICT)
  }

  /** Blocks until it is judged; undefined when the time was up before. */
  waitForVerdict(timeoutMs: number): boolean | undefined {
    Atomics.wait(this.cells, VERDICT, 0, timeoutMs)
    const verdict = Atomics.load(this.cells, VERDICT)
    return verdict === 0 ? undefined : verdict === 2
  }
}
