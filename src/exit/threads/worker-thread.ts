import type { ExitParticipant } from '../exit-participant.js'
import { nodeThreads } from './node-threads.js'
import { CHANNEL, crashHash, type ThreadWord } from './thread-messages.js'
import { ThreadSlot } from './thread-slot.js'

/** The main thread may be busy; a thread that crashes does not wait longer for its word. */
const VERDICT_MS = 250

/** A thread's side of what {@link MainThread} does. */
export class WorkerThread {
  readonly slot = new ThreadSlot()
  readonly #watched = new WeakSet<ExitParticipant>()
  readonly #channel = new (nodeThreads().BroadcastChannel)(CHANNEL)

  /** @param deliver asynchronously, within so many ms; must not reject */
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
   * Leaves: nobody needs to wait for this thread any more.
   * @param heldMs so long its end has taken because of us
   */
  close(heldMs = 0): void {
    this.slot.noteEnd(heldMs)
    this.slot.finishRound(true)
    this.#channel.close()
  }

  /** This thread has logged what ends it. Gives whether it ends the whole process. */
  crash(thrown: unknown): boolean {
    this.slot.crash = crashHash(thrown)
    this.#say({ kind: 'crash', thread: nodeThreads().threadId })
    return this.slot.waitForVerdict(VERDICT_MS) ?? false
  }

  #sayHello(): void {
    this.#say({ kind: 'hello', thread: nodeThreads().threadId, cells: this.slot.cells })
  }

  #say(word: ThreadWord): void {
    this.#channel.postMessage(word)
  }
}
