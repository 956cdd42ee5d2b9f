import type { ExitRequest, Piece } from './exit-request.js'

/** Writes the captured crash, once it is known whether it ended the process (or the thread). */
export type WriteCrash = (endsProcess: boolean) => void

/** A client's part in the end of the process. None of the methods throws. */
export interface ExitParticipant {
  /** Longest time in ms that the process may be held for this client; 0 for none. */
  readonly flushOnExitMs: number
  /** Whether uncaught exceptions and unhandled rejections are logged. */
  readonly capturesCrashes: boolean
  /** Number of undelivered logs, request entries and API calls. */
  readonly undeliveredCount: number
  /** False for a client with its own transport, which needs a running event loop. */
  readonly canSendSynchronously: boolean
  /** Whether a caller waits for an answer. */
  readonly hasCallers: boolean
  /** Returns a function that releases the callers that wait at this moment. */
  giveUpWaiting(): () => void
  /** Moves all records that are held back into the queue. */
  releaseHeld(): void
  /** Resolves to true when all is delivered; never rejects. */
  flush(timeoutMs: number): Promise<boolean>
  /** The requests that deliver everything undelivered. */
  undelivered(): readonly ExitRequest[]
  /**
   * Ends the client: applies the result of each request, in their order. What was not accepted is lost, or stays on
   * disk.
   */
  applyAnswers(answers: readonly (readonly Piece[])[]): void
  /** Describes a thrown value at the place where it was thrown. */
  capture(thrown: unknown): WriteCrash
  /** Counts losses of another thread of the process. */
  drop(count: number): void
  /** Registers a function that is called with the number of undelivered entries, at once and at each change. */
  publish(onChange: (undelivered: number) => void): void
}
