import type { Clock } from '../../common/clock.js'
import { DropLedger, type DropReason } from '../../diagnostics/drop-ledger.js'
import { Failures, type Source } from '../../policy/failures.js'
import { createPolicy, type Policy, type PolicySettings } from '../../policy/policy.js'
import type { Level } from '../../wire/level.js'
import { LOG_ID_KEY, type Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import type { BatchBody } from './batch-body.js'
import type { BatchSender } from './batch-sender.js'
import { BatchSplitter } from './batch-splitter.js'
import { type Delivery, type Held, soonMs } from './delivery.js'
import type { KeyState } from './key-state.js'
import type { Load } from './load.js'
import { PartialSuccess } from './partial-success.js'
import type { StableIds } from './stable-ids.js'

export interface ForwardedExportParts {
  readonly stableIds: StableIds
  readonly keyState: KeyState
  readonly batchSender: BatchSender
  /** What all exports together have under way. */
  readonly load: Load
  readonly policy: PolicySettings
  readonly ledger: DropLedger
  readonly clock: Clock
  readonly random: () => number
  /** After so long no further post begins. */
  readonly timeoutMs: number
  /** Adds what the options say. */
  readonly completeLog: (log: Log) => void
  readonly completeRequest: (entry: RequestEntry) => void
}

/** Posts of one export that are under way at one time. */
const WINDOW = 4

/** Who has delivered as much of one export, and is late all the same, will be late the next time, too. */
const TOO_MUCH_BYTES = 64 * 1024 * 1024

/** What policy takes away without having been asked to. */
const LOSSES: readonly DropReason[] = ['invalid', 'too_large', 'before_send_error', 'hook_error']

/**
 * All that one caller sent, on its way to the service, which alone decides how it ends: nothing is kept beyond
 * it. What could be a log is announced by `next`, one after the other; whatever policy then makes of it, the
 * same export always has the same borders, ids and choices.
 */
export class ForwardedExport {
  readonly #parts: ForwardedExportParts
  readonly #endsAtMs: number
  readonly #logs: BatchSplitter
  readonly #requests: BatchSplitter
  readonly #failures = new Failures()
  readonly #partialSuccess = new PartialSuccess()
  readonly #policy: Policy
  readonly #underway = new Set<Promise<void>>()
  #position = -1
  #source = -1
  #deliveredBytes = 0
  #held: Held | undefined

  constructor(parts: ForwardedExportParts) {
    this.#parts = parts
    this.#endsAtMs = parts.clock.monotonic() + parts.timeoutMs
    const { clock, ledger, policy: settings, stableIds } = parts
    this.#logs = new BatchSplitter('/ingest')
    this.#requests = new BatchSplitter('/ingest/requests')
    this.#policy = createPolicy({
      settings,
      clock,
      ledger: new DropLedger((reason, count) => {
        ledger.drop(reason, count)
        if (LOSSES.includes(reason)) this.#partialSuccess.lose(this.#source, reason)
      }),
      newId: () => stableIds.logId(this.#position),
      out: (json) => this.#send(this.#logs.add(json, this.#source)),
    })
    this.#policy.setSampleRates(parts.keyState.sampleRates)
  }

  /** True when nothing more of it will be delivered this time. */
  get isOver(): boolean {
    return this.#held !== undefined
  }

  /**
   * Comes to the next thing that could make a log.
   * @param source the caller's record it belongs to
   * @param weight about how many bytes it has
   */
  next(source: number, weight: number): void {
    this.#position++
    this.#source = source
    this.#send(this.#logs.draw(weight))
  }

  /** Asked before the log is built: enabled, minimum level, sample rates. Counts what it turns away. */
  wants(level: Level): boolean {
    const { ledger, stableIds } = this.#parts
    ledger.written++
    return this.#policy.wants(level, stableIds.roll(this.#position))
  }

  /** Counts what is left out for a reason of its own. */
  leaveOut(reason: DropReason): void {
    this.#parts.ledger.written++
    this.#parts.ledger.drop(reason)
  }

  /** Counts a record of which no log could be made, through no fault of its caller. */
  fail(source: number): void {
    this.#parts.ledger.drop('hook_error')
    this.#partialSuccess.lose(source, 'hook_error')
  }

  /** The rest of a wanted log's way. */
  write(log: Log, source: Source, ownRequestId: boolean): void {
    const { completeLog, stableIds } = this.#parts
    completeLog(log)
    log.metadata ??= {}
    log.metadata[LOG_ID_KEY] ??= stableIds.logId(this.#position)
    if (log.error !== undefined) {
      const known = this.#failures.meet({ log, source })
      if (known?.isOtherLine) delete log.error
      else if (known !== undefined) {
        this.#parts.ledger.drop('same_failure')
        return
      }
    }
    this.#policy.admit(log, { ownRequestId })
  }

  /** One answered HTTP request. */
  request(entry: RequestEntry, source: number): void {
    this.#parts.ledger.requestsWritten++
    this.#parts.completeRequest(entry)
    this.#source = source
    this.#send(this.#requests.draw(0))
    const json = this.#policy.admitRequest(entry, { ownRequestId: true })
    if (json !== undefined) this.#send(this.#requests.add(json, source))
  }

  /** An id for something of the caller's that should have one and has none. */
  idOf(name: string): string {
    return this.#parts.stableIds.batchId(name)
  }

  /** Asked before each log: waits while as much is under way as may be; nothing when there is no need to. */
  room(): Promise<void> | undefined {
    return this.#hasRoom() ? undefined : this.#waitForRoom()
  }

  #hasRoom(): boolean {
    return this.#underway.size < WINDOW && !this.#parts.load.isFull
  }

  async #waitForRoom(): Promise<void> {
    while (!this.isOver && !this.#hasRoom())
      await Promise.race([...this.#underway, this.#parts.load.lighter()])
  }

  /** The caller has gone, and will send it again. */
  cancel(): void {
    this.#hold({ kind: 'held', status: 503, retryAfterMs: 0, why: 'the caller went away' })
  }

  /**
   * Sends what is left and waits for all answers. Never rejects.
   * @param records how many the caller sent
   */
  async finish(records: number): Promise<Delivery> {
    this.#send(this.#logs.close())
    this.#send(this.#requests.close())
    await Promise.all(this.#underway)
    return this.#held ?? this.#partialSuccess.delivered(records)
  }

  #send(body: BatchBody | undefined): void {
    if (body === undefined || this.isOver) return
    const { load } = this.#parts
    const { byteLength } = body
    load.add(byteLength)
    const post = this.#deliver(body).finally(() => {
      load.remove(byteLength)
      this.#underway.delete(post)
    })
    this.#underway.add(post)
  }

  async #deliver(body: BatchBody): Promise<void> {
    const { batchSender, stableIds, keyState } = this.#parts
    const hold = () => this.#held ?? this.#late()
    const held = await batchSender.send(body, {
      stableIds,
      keyState,
      partialSuccess: this.#partialSuccess,
      hold,
    })
    if (held !== undefined) this.#hold(held)
    else this.#deliveredBytes += body.byteLength
  }

  #late(): Held | undefined {
    const { clock, random } = this.#parts
    if (clock.monotonic() <= this.#endsAtMs) return undefined
    const late = { kind: 'held', status: 503, retryAfterMs: soonMs(random) } as const
    if (this.#deliveredBytes < TOO_MUCH_BYTES) return { ...late, why: 'Lognitor takes too long' }
    return {
      ...late,
      isTooMuch: true,
      why: 'More was made of it than can be delivered in time: send less at once',
    }
  }

  /** The first reason stands: what failed after it was most likely on its way already. */
  #hold(held: Held): void {
    this.#held ??= held
  }
}
