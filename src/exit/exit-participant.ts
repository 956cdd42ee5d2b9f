import type { ExitRequest, Piece } from './exit-request.js'

/** Writes the captured crash, once it is known whether it ended the process (or the thread). */
export type WriteCrash = (endsProcess: boolean) => void

/** A client, as far as the end of the process is concerned. None of these throws. */
export interface ExitParticipant {
  /** Longest the process may be held for it, in ms; 0 for not at all. */
  readonly flushOnExitMs: number
  /** Whether uncaught exceptions and unhandled rejections are logged. */
  readonly capturesCrashes: boolean
  /** Logs, entries and API calls that are not delivered. */
  readonly undeliveredCount: number
  /** False when only a transport of its own could carry them, and that needs a running event loop. */
  readonly canSendSynchronously: boolean
  /** Whether somebody waits for an answer. */
  readonly hasCallers: boolean
  /** Gives a function that lets those who wait for an answer now go on without. */
  giveUpWaiting(): () => void
  /** All that it holds back goes into its queue. */
  releaseHeld(): void
  /** Resolves to true when all is delivered; never rejects. */
  flush(timeoutMs: number): Promise<boolean>
  /** The requests that would deliver all that is undelivered. */
  undelivered(): readonly ExitRequest[]
  /** The end, or as good as: what became of the requests, in their order; what was not taken is lost or stays on disk. */
  applyAnswers(answers: readonly (readonly Piece[])[]): void
  /** Describes what was thrown, where it was thrown. */
  capture(thrown: unknown): WriteCrash
  /** Counts what another thread of the process took with it. */
  lose(count: number): void
  /** Takes a function that wants to know how much is undelivered, now and at each change. */
  publish(tell: (undelivered: number) => void): void
}
