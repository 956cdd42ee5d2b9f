const LIVES = 0
const ROUNDS = 1
const UNDELIVERED = 2
const CRASH = 3
const VERDICT = 4
const LENGTH = 5

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
