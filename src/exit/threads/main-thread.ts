import type { MessagePort, Worker } from 'node:worker_threads'
import { setImmediate } from '../../common/clock.js'
import { nodeThreads } from './node-threads.js'
import { CHANNEL, crashHash, type ThreadWord } from './thread-messages.js'
import { ThreadSlot } from './thread-slot.js'

/** How long, in ms, all threads together that have nothing to deliver may take to release what they hold back. */
const RELEASE_MS = 100

/**
 * Follows the worker threads that have a client. They get no event when the main thread ends the process, so the main
 * thread asks them to deliver, and blocks until they have.
 */
export class MainThread {
  readonly #channel = new (nodeThreads().BroadcastChannel)(CHANNEL)
  readonly #slots = new Map<number, ThreadSlot>()
  readonly #workers = new Map<number, Worker>()
  /** The threads whose end was noticed in this turn of the event loop. */
  readonly #ended = new Set<ThreadSlot>()
  /** Threads that have not answered in time although they had nothing to deliver. */
  readonly #silent = new WeakSet<ThreadSlot>()
  readonly #drop: (count: number) => void
  /** Of the threads that have ended, the one that was held longest. */
  #gone: ThreadSlot | undefined

  /**
   * @param drop called with the number of entries that a thread could not deliver
   */
  constructor(drop: (count: number) => void) {
    this.#drop = drop
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
   * Asks all threads to deliver, and returns a function that blocks until they have. A thread that has nothing to deliver
   * may hold back records, such as a summary, which it then releases. It gets a short time for that, once: an idle
   * thread of a pool may itself be blocked.
   */
  ask(timeoutMs: number): (waitMs: number) => void {
    this.#listen()
    const asked = [...this.#slots.values()].filter((slot) => !slot.hasEnded)
    const before = new Map(asked.map((slot) => [slot, slot.rounds]))
    if (asked.length > 0) this.#say({ kind: 'deliver', timeoutMs })
    return (waitMs) => {
      const startMs = performance.now()
      const left = (mostMs: number) => Math.max(0, startMs + Math.min(waitMs, mostMs) - performance.now())
      for (const [slot, rounds] of before) {
        if (slot.undelivered === 0 && !this.#silent.has(slot) && !slot.waitForRound(rounds, left(RELEASE_MS)))
          this.#silent.add(slot)
        if (slot.undelivered > 0) slot.waitForRound(rounds, left(waitMs))
        this.#closeSlot(slot)
      }
    }
  }

  /**
   * How long, in ms, the process has just been held by threads that ended; they were held at the same time. Each value
   * is returned once.
   */
  takeHeldMs(): number {
    this.#listen()
    const slots = [...this.#slots.values(), ...(this.#gone ? [this.#gone] : [])]
    const heldMs = Math.max(0, ...slots.map((slot) => slot.heldMs))
    for (const slot of slots) if (slot.heldMs > 0) slot.noteEnd(0)
    return heldMs
  }

  /** Whether this error comes from a thread that has logged it. */
  knows(thrown: unknown): boolean {
    this.#listen()
    const slots = [...this.#slots.values(), ...this.#ended]
    if (slots.length === 0) return false
    const hash = crashHash(thrown)
    return slots.some(({ crash }) => crash === hash)
  }

  readonly #onWorker = (worker: Worker): void => {
    const { threadId } = worker
    this.#workers.set(threadId, worker)
    worker.once('exit', () => {
      this.#listen()
      const slot = this.#slots.get(threadId)
      this.#workers.delete(threadId)
      if (slot === undefined) return
      this.#forget(threadId, slot)
      if (slot.heldMs >= (this.#gone?.heldMs ?? 0)) this.#gone = slot
      // The thread was terminated and could not deliver.
      if (!slot.hasEnded) this.#closeSlot(slot)
    })
  }

  /** Reads the messages that arrived while this thread was busy. */
  #listen(): void {
    const { receiveMessageOnPort } = nodeThreads()
    for (;;) {
      const received = receiveMessageOnPort(this.#channel as unknown as MessagePort)
      if (received === undefined) return
      this.#hear(received.message as ThreadWord)
    }
  }

  #hear(word: ThreadWord): void {
    if (word.kind === 'hello') this.#onHello(word)
    if (word.kind === 'crash') this.#decideCrash(word.thread)
  }

  #onHello({ thread, cells }: { thread: number; cells: ThreadSlot['cells'] }): void {
    for (const [id, slot] of this.#slots) if (slot.hasEnded && !this.#workers.has(id)) this.#forget(id, slot)
    this.#slots.set(thread, new ThreadSlot(cells))
  }

  /** Node reports the end of a thread, and messages of others, before its error where this thread was busy meanwhile. */
  #forget(thread: number, slot: ThreadSlot): void {
    this.#slots.delete(thread)
    this.#ended.add(slot)
    setImmediate(() => this.#ended.delete(slot)).unref()
  }

  #decideCrash(thread: number): void {
    const worker = this.#workers.get(thread)
    const isHandled = worker === undefined || worker.listenerCount('error') > 0
    this.#slots.get(thread)?.decide(!isHandled && process.listenerCount('uncaughtException') === 0)
  }

  #say(word: ThreadWord): void {
    this.#channel.postMessage(word)
  }

  /** Counts what the thread still holds as lost. */
  #closeSlot(slot: ThreadSlot): void {
    if (slot.undelivered > 0) this.#drop(slot.undelivered)
    slot.undelivered = 0
  }
}
