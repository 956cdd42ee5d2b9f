import type { Clock } from '../../common/clock.js'
import { DropLedger, type DropReason } from '../../diagnostics/drop-ledger.js'
import { Failures, type Source } from '../../policy/failures.js'
import { createPolicy, type Policy, type PolicySettings } from '../../policy/policy.js'
import type { Level } from '../../wire/level.js'
import { LOG_ID_KEY, type Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import type { WrittenLogs } from '../decode/written-logs.js'
import type { Slabs } from '../slabs.js'
import { nextTurn } from '../turns.js'
import type { AcceptedOfExports } from './accepted-batches.js'
import type { BatchBody } from './batch-body.js'
import type { BatchSender } from './batch-sender.js'
import { BatchSplitter } from './batch-splitter.js'
import { type Delivery, type Held, soonMs } from './delivery.js'
import type { KeyState } from './key-state.js'
import type { Load } from './load.js'
import { PartialSuccess } from './partial-success.js'
import type { StableIds } from './stable-ids.js'
import type { WorkTime } from './work-time.js'

export interface ForwardedExportParts {
  readonly stableIds: StableIds
  readonly keyState: KeyState
  readonly batchSender: BatchSender
  readonly accepted: AcceptedOfExports
  /** Bytes of all exports that are under way. */
  readonly load: Load
  /** Memory for the batches. */
  readonly slabs: Slabs
  readonly policy: PolicySettings
  readonly ledger: DropLedger
  readonly clock: Clock
  readonly random: () => number
  /** Begins to count the work of one export. */
  readonly beginWork: () => WorkTime
  /** No further request begins after this time, in milliseconds. */
  readonly timeoutMs: number
  /** Adds the fields that come from options. */
  readonly completeLog: (log: Log) => void
  readonly completeRequest: (entry: RequestEntry) => void
}

/** Requests of one export at one time. */
const WINDOW = 4

/** An export that is late although it has delivered this many bytes will be late on a repeat too. */
const TOO_MUCH_BYTES = 64 * 1024 * 1024

/** Adds the fields that come from options, and the id. */
export function completeWithId(log: Log, completeLog: (log: Log) => void, logId: string): void {
  completeLog(log)
  log.metadata ??= {}
  log.metadata[LOG_ID_KEY] ??= logId
}

/** Drops by policy that no setting asks for. The caller is told of these. */
const LOSSES: readonly DropReason[] = ['invalid', 'too_large', 'before_send_error', 'hook_error']

/**
 * One export on its way to the service, whose answers alone decide its result: nothing is stored. `next` announces each
 * item that could become a log. Whatever policy then decides, the same export always has the same batch boundaries, ids
 * and random choices.
 */
export class ForwardedExport {
  readonly #parts: ForwardedExportParts
  readonly #endsAtMs: number
  readonly #work: WorkTime
  readonly #logs: BatchSplitter
  readonly #requests: BatchSplitter
  readonly #failures = new Failures()
  readonly #partialSuccess = new PartialSuccess()
  readonly #policy: Policy
  readonly #underway = new Set<Promise<void>>()
  readonly #exportId: string
  /** The batches of this and of earlier attempts. */
  readonly #acceptedBatches: Map<string, PartialSuccess>
  #position = -1
  #source = -1
  #deliveredBytes = 0
  #held: Held | undefined

  constructor(parts: ForwardedExportParts) {
    this.#parts = parts
    this.#work = parts.beginWork()
    this.#endsAtMs = parts.clock.monotonic() + parts.timeoutMs
    const { clock, ledger, policy: settings, stableIds } = parts
    this.#exportId = stableIds.batchId('export')
    this.#acceptedBatches = new Map(parts.accepted.of(this.#exportId))
    this.#logs = new BatchSplitter('/ingest', parts.slabs)
    this.#requests = new BatchSplitter('/ingest/requests', parts.slabs)
    this.#policy = createPolicy({
      settings,
      clock,
      ledger: new DropLedger((reason, count) => {
        ledger.drop(reason, count)
        if (LOSSES.includes(reason)) this.#partialSuccess.drop(this.#source, reason)
      }),
      newId: () => stableIds.logId(this.#position),
      out: (json) => this.#send(this.#logs.add(json, this.#source)),
    })
    this.#policy.setSampleRates(parts.keyState.sampleRates)
  }

  /** True when nothing more of the export will be delivered in this attempt. */
  get isOver(): boolean {
    return this.#held !== undefined
  }

  /**
   * Moves on to the next item that could become a log.
   * @param source index of the caller's record that the item belongs to
   * @param weight approximate size in bytes
   */
  next(source: number, weight: number): void {
    this.#position++
    this.#source = source
    this.#send(this.#logs.announce(weight))
  }

  /** Checked before the log is built: enabled, minimum level, sample rates. Counts each log that is not wanted. */
  wants(level: Level): boolean {
    const { ledger, stableIds } = this.#parts
    ledger.written++
    return this.#policy.wants(level, stableIds.roll(this.#position))
  }

  /** Counts a log that is dropped before it is built, with the reason. */
  leaveOut(reason: DropReason): void {
    this.#parts.ledger.written++
    this.#parts.ledger.drop(reason)
  }

  /** Counts a record that could not be translated, through no fault of its caller. */
  fail(source: number): void {
    this.#parts.ledger.drop('hook_error')
    this.#partialSuccess.drop(source, 'hook_error')
  }

  /** Completes a wanted log and passes it to policy. */
  write(log: Log, source: Source, ownRequestId: boolean): void {
    const { completeLog, stableIds } = this.#parts
    completeWithId(log, completeLog, stableIds.logId(this.#position))
    if (log.error !== undefined) {
      const known = this.#failures.register({ log, source })
      if (known?.isOtherLine) delete log.error
      else if (known !== undefined) {
        this.#parts.ledger.drop('same_failure')
        return
      }
    }
    this.#policy.admit(log, { ownRequestId })
  }

  /** Adds a wanted log that policy has nothing to do with any more. @param index of the log among these */
  writeJson(logs: WrittenLogs, index: number): void {
    this.#parts.stableIds.writeLogId(this.#position, logs.page, logs.idsAt[index] as number)
    this.#send(this.#logs.add(logs, this.#source, index))
  }

  /** Adds the request entry of one answered HTTP request. */
  request(entry: RequestEntry, source: number): void {
    this.#parts.ledger.requestsWritten++
    this.#parts.completeRequest(entry)
    this.#source = source
    this.#send(this.#requests.announce(0))
    const json = this.#policy.admitRequest(entry, { ownRequestId: true })
    if (json !== undefined) this.#send(this.#requests.add(json, source))
  }

  /** A stable id for something in the caller's data that has none. */
  idOf(name: string): string {
    return this.#parts.stableIds.batchId(name)
  }

  /**
   * Called before each log. Gives a promise while too much is under way, or while other work has its turn; otherwise
   * undefined.
   */
  pause(): Promise<void> | undefined {
    const pause = this.hasRoom ? nextTurn() : this.#waitForRoom()
    return pause && this.#work.pausedFor(pause)
  }

  /** Whether there is room for another batch. */
  get hasRoom(): boolean {
    return this.#underway.size < WINDOW && !this.#parts.load.isFull
  }

  async #waitForRoom(): Promise<void> {
    while (!this.isOver && !this.hasRoom) await Promise.race([...this.#underway, this.#parts.load.lighter()])
  }

  /** The caller has closed the connection and will send the export again. */
  cancel(): void {
    this.#hold({ kind: 'held', status: 503, retryAfterMs: 0, why: 'the caller closed the connection' })
  }

  /**
   * Sends the last batches and waits for all answers. Never rejects.
   * @param records number of the caller's records
   */
  async finish(records: number): Promise<Delivery> {
    this.#send(this.#logs.close())
    this.#send(this.#requests.close())
    this.#work.end()
    await Promise.all(this.#underway)
    const { accepted } = this.#parts
    if (this.#held !== undefined) {
      accepted.add(this.#exportId, this.#acceptedBatches)
      return this.#held
    }
    accepted.forget(this.#exportId)
    return this.#partialSuccess.delivered(records)
  }

  #send(body: BatchBody | undefined): void {
    if (body === undefined) return
    const known = this.#acceptedBatches.get(`${body.path} ${body.name}`)
    if (this.isOver || known !== undefined) {
      if (known !== undefined) this.#partialSuccess.add(known)
      body.end()
      return
    }
    const { load } = this.#parts
    const { byteLength } = body
    load.add(byteLength)
    const post = this.#deliver(body).finally(() => {
      body.end()
      load.remove(byteLength)
      this.#underway.delete(post)
    })
    this.#underway.add(post)
  }

  async #deliver(body: BatchBody): Promise<void> {
    const { batchSender, stableIds, keyState } = this.#parts
    const hold = () => this.#held ?? this.#late()
    const partialSuccess = new PartialSuccess()
    const held = await batchSender.send(body, { stableIds, keyState, partialSuccess, hold })
    if (held !== undefined) {
      this.#hold(held)
      return
    }
    this.#partialSuccess.add(partialSuccess)
    this.#acceptedBatches.set(`${body.path} ${body.name}`, partialSuccess)
    this.#deliveredBytes += body.byteLength
  }

  #late(): Held | undefined {
    const { clock, random } = this.#parts
    if (clock.monotonic() <= this.#endsAtMs) return undefined
    const late = { kind: 'held', status: 503, retryAfterMs: soonMs(random) } as const
    // Also when Lognitor answers faster, the repeat would be late: because of its size, or of the work it makes here.
    const isTooMuch = this.#deliveredBytes >= TOO_MUCH_BYTES || this.#work.ms > this.#parts.timeoutMs / 2
    if (!isTooMuch) return { ...late, why: 'Lognitor takes too long' }
    return { ...late, isTooMuch, why: 'The export is too large to be delivered in time: send less at once' }
  }

  /** The first reason stays: batches that failed later were most likely under way already. */
  #hold(held: Held): void {
    this.#held ??= held
  }
}
