import type { ExitParticipant } from '../exit-participant.js'
import { nodeThreads } from './node-threads.js'
import { CHANNEL, crashHash, type ThreadWord } from './thread-messages.js'
import { ThreadSlot } from './thread-slot.js'

/** How long, in ms, a crashing thread waits for the answer of the main thread, which may be busy. */
const DECISION_MS = 250

/** The worker thread's counterpart of {@link MainThread}. */
export class WorkerThread {
  readonly slot = new ThreadSlot()
  readonly #watched = new WeakSet<ExitParticipant>()
  readonly #channel = new (nodeThreads().BroadcastChannel)(CHANNEL)

  /**
   * @param deliver delivers asynchronously within `timeoutMs`; must not reject
   */
  constructor(deliver: (timeoutMs: number) => Promise<void>) {
    this.#channel.onmessage = (event) => {
      const word = (event as { data: ThreadWord }).data
      if (word.kind === 'who') this.#sayHello()
      if (word.kind === 'deliver') void deliver(word.timeoutMs).then(() => this.slot.finishRound())
    }
    this.#channel.unref()
    this.#sayHello()
  }

  /** Publishes how much these clients hold. */
  watch(participants: ReadonlySet<ExitParticipant>): void {
    for (const participant of participants) {
      if (this.#watched.has(participant)) continue
      this.#watched.add(participant)
      let before = 0
      participant.publish((count) => {
        this.slot.undelivered += count - before
        before = count
      })
    }
  }

  /**
   * Leaves: nobody has to wait for this thread any more.
   * @param heldMs how long this package has held the thread's end
   */
  close(heldMs = 0): void {
    this.slot.noteEnd(heldMs)
    this.slot.finishRound(true)
    this.#channel.close()
  }

  /** Reports the error that ends this thread, after it was logged. Returns whether the error ends the whole process. */
  crash(thrown: unknown): boolean {
    this.slot.crash = crashHash(thrown)
    // A busy thread has not yet answered a main thread whose client is younger.
    this.#sayHello()
    this.#say({ kind: 'crash', thread: nodeThreads().threadId })
    return this.slot.waitForDecision(DECISION_MS) ?? false
  }

  #sayHello(): void {
    this.#say({ kind: 'hello', thread: nodeThreads().threadId, cells: this.slot.cells })
  }

  #say(word: ThreadWord): void {
    this.#channel.postMessage(word)
  }
}
