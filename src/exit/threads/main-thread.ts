import type { MessagePort, Worker } from 'node:worker_threads'
import { nodeThreads } from './node-threads.js'
import { CHANNEL, crashHash, type ThreadWord } from './thread-messages.js'
import { ThreadSlot } from './thread-slot.js'

/**
 * The main thread's view of the threads that have a client of their own. They get no event when it ends the
 * process, so it asks them to deliver, and sleeps until they have.
 */
export class MainThread {
  readonly #channel = new (nodeThreads().BroadcastChannel)(CHANNEL)
  readonly #slots = new Map<number, ThreadSlot>()
  readonly #workers = new Map<number, Worker>()
  readonly #lose: (count: number) => void
  /** Of the threads that have gone, the one that was held longest just now. */
  #gone: ThreadSlot | undefined

  /** @param lose counts what a thread took with it */
  constructor(lose: (count: number) => void) {
    this.#lose = lose
    this.#channel.onmessage = (event) => this.#hear((event as { data: ThreadWord }).data)
    this.#channel.unref()
    process.on('worker', this.#onWorker)
    this.#say({ kind: 'who' })
  }

  close(): void {
    process.removeListener('worker', this.#onWorker)
    this.#channel.close()
  }

  /**
   * Asks all threads to deliver, and gives a function that blocks until they have. Only those that hold
   * something are waited for: a pool's idle thread may well be blocked itself.
   */
  ask(timeoutMs: number): (waitMs: number) => void {
    this.#listen()
    const asked = [...this.#slots.values()].filter((slot) => !slot.hasEnded)
    const before = new Map(asked.map((slot) => [slot, slot.rounds]))
    if (asked.length > 0) this.#say({ kind: 'deliver', timeoutMs })
    return (waitMs) => {
      const deadline = performance.now() + waitMs
      for (const [slot, rounds] of before) {
        if (slot.undelivered > 0) slot.waitForRound(rounds, Math.max(0, deadline - performance.now()))
        this.#settle(slot)
      }
    }
  }

  /** For so long the process has just been held by threads that ended; they were held at the same time. Told once. */
  takeHeldMs(): number {
    this.#listen()
    const slots = [...this.#slots.values(), ...(this.#gone ? [this.#gone] : [])]
    const heldMs = Math.max(0, ...slots.map((slot) => slot.heldMs))
    for (const slot of slots) if (slot.heldMs > 0) slot.noteEnd(0)
    return heldMs
  }

  /** Whether this error has come up from a thread that has logged it. */
  knows(thrown: unknown): boolean {
    this.#listen()
    if (this.#slots.size === 0) return false
    const hash = crashHash(thrown)
    return [...this.#slots.values()].some(({ crash }) => crash === hash)
  }

  readonly #onWorker = (worker: Worker): void => {
    const { threadId } = worker
    this.#workers.set(threadId, worker)
    worker.once('exit', () => {
      this.#listen()
      const slot = this.#slots.get(threadId)
      this.#workers.delete(threadId)
      this.#slots.delete(threadId)
      if (slot && slot.heldMs >= (this.#gone?.heldMs ?? 0)) this.#gone = slot
      // Ended from outside, it had no moment to deliver.
      if (slot && !slot.hasEnded) this.#settle(slot)
    })
  }

  /** What was said while this thread was busy. */
  #listen(): void {
    const { receiveMessageOnPort } = nodeThreads()
    for (;;) {
      const received = receiveMessageOnPort(this.#channel as unknown as MessagePort)
      if (received === undefined) return
      this.#hear(received.message as ThreadWord)
    }
  }

  #hear(word: ThreadWord): void {
    if (word.kind === 'hello') this.#meet(word)
    if (word.kind === 'crash') this.#judge(word.thread)
  }

  #meet({ thread, cells }: { thread: number; cells: ThreadSlot['cells'] }): void {
    for (const [id, slot] of this.#slots) if (slot.hasEnded && !this.#workers.has(id)) this.#slots.delete(id)
    this.#slots.set(thread, new ThreadSlot(cells))
  }

  #judge(thread: number): void {
    const worker = this.#workers.get(thread)
    const isHandled = worker === undefined || worker.listenerCount('error') > 0
    this.#slots.get(thread)?.judge(!isHandled && process.listenerCount('uncaughtException') === 0)
  }

  #say(word: ThreadWord): void {
    this.#channel.postMessage(word)
  }

  /** What it still holds goes with it. */
  #settle(slot: ThreadSlot): void {
    if (slot.undelivered > 0) this.#lose(slot.undelivered)
    slot.undelivered = 0
  }
}
