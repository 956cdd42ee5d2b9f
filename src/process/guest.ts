import type { TransportAnswer } from '../wire/transport.js'

/** One POST that is still to be delivered. */
export interface LastPost {
  readonly path: string
  readonly body: Uint8Array
  /** The key stays out of it. */
  readonly withoutKey?: true
}

/** Where the last posts of a client go. */
export interface Destination {
  /** The API's address, `http:` or `https:`. */
  readonly url: string
  /** The proxy's address; '' for none. */
  readonly proxy: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The last attempt failed: one post goes first, and the others only if it was taken. */
  readonly isDoubtful: boolean
  /** For so long the service has asked to be left alone. */
  readonly heldMs: number
}

/** Writes the captured crash, once it is known whether it ended the process (or the thread). */
export type WriteCrash = (endsProcess: boolean) => void

/** A client, as far as the end of the process is concerned. None of these throws. */
export interface Guest {
  /** Longest the process may be held for it, in ms; 0 for not at all. */
  readonly patienceMs: number
  /** Whether uncaught exceptions and unhandled rejections are logged. */
  readonly capturesCrashes: boolean
  /** Logs, entries and errands that are not delivered. */
  readonly undeliveredCount: number
  /** Undefined when only a transport of its own could carry them, and that needs a running event loop. */
  readonly destination: Destination | undefined
  /** Whether somebody waits for an answer. */
  readonly hasCallers: boolean
  /** Gives a function that lets those who wait for an answer now go on without. */
  lastCall(): () => void
  /** All that it holds back goes into its queue. */
  letGo(): void
  /** Resolves to true when all is delivered; never rejects. */
  flush(timeoutMs: number): Promise<boolean>
  /** The requests that would deliver all that is undelivered. */
  undelivered(): readonly LastPost[]
  /** The end, or as good as: these answers were had, by the order of the posts; what has none is lost or rescued. */
  conclude(posts: readonly LastPost[], answers: readonly (TransportAnswer | undefined)[]): void
  /** Describes what was thrown, where it was thrown. */
  capture(thrown: unknown): WriteCrash
  /** Counts what another thread of the process took with it. */
  lose(count: number): void
  /** Takes a function that wants to know how much is undelivered, now and at each change. */
  publish(tell: (undelivered: number) => void): void
}
