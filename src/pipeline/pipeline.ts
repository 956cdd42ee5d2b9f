import { type Clock, systemClock } from '../common/clock.js'
import { outside, outsideClock } from '../common/outside.js'
import { randomId } from '../common/random-id.js'
import { SDK } from '../common/version.js'
import type { Settings } from '../config/options.js'
import { ApiCaller } from '../delivery/api-caller.js'
import { Batcher } from '../delivery/batcher.js'
import { Destinations } from '../delivery/destination.js'
import { deliveryMetrics } from '../delivery/metrics.js'
import { DeliveryReport } from '../delivery/report.js'
import { DropLedger } from '../diagnostics/drop-ledger.js'
import { createSelfLog, type SelfLog } from '../diagnostics/self-log.js'
import type { Stats } from '../diagnostics/stats.js'
import type { ExitParticipant, WriteCrash } from '../exit/exit-participant.js'
import { watchProcess } from '../exit/watch.js'
import { warnWithoutThreads } from '../exit/without-threads.js'
import { type Failure, Failures, type Source } from '../policy/failures.js'
import { createPolicy, type Policy } from '../policy/policy.js'
import { policySettings } from '../policy/settings.js'
import { applyScope } from '../scope/apply.js'
import { currentScope, processScope } from '../scope/current.js'
import { lineBreadcrumb } from '../scope/line-breadcrumb.js'
import type { Scope } from '../scope/scope.js'
import { traceOfThrown } from '../scope/thrown-trace.js'
import type { Spool } from '../spool/spool.js'
import type { ResourceFields } from '../translate/resource.js'
import type { Level } from '../wire/level.js'
import { type Deploy, LOG_ID_KEY, type Log } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import { IS_PIPELINE } from './brand.js'
import { targetOf } from './delivery-target.js'
import { warnOfDrop } from './drop-warning.js'
import { createExitParticipant } from './exit-participant.js'
import { lossLog, warnOfLoss } from './loss.js'
import { openSpool, prepareSpool } from './open-spool.js'
import { ResourceDefaults } from './resource-defaults.js'
import { createSourceContext } from './source-context.js'
import { deliversAtExit, isSwitchedOn } from './switched-on.js'
import type { WriteOptions } from './write-options.js'

export type { Stats } from '../diagnostics/stats.js'

export interface PipelineParts {
  readonly clock?: Clock
  readonly random?: () => number
}

/** Options that determine how requests are sent. */
const TRANSPORT_OPTIONS = ['apiUrl', 'proxy', 'compression', 'transport'] as const

/** Used for an argument that is no time, since plain JavaScript checks no types. */
const DEFAULT_FLUSH_MS = 10_000

/** Least time for the disk at a shutdown, in ms, even if the flush has used up all of its own. */
const LEAST_DISK_MS = 500

/**
 * The only path of a log: adds the defaults of scope and process, applies policy, and hands the log to the batcher.
 * Owns flush and shutdown. Nothing here throws.
 */
export class Pipeline {
  readonly [IS_PIPELINE] = true as const
  readonly ledger: DropLedger
  readonly clock: Clock
  readonly selfLog: SelfLog
  /** Where requests are sent. */
  readonly destinations: Destinations
  /** Sends pings, feedback and releases. */
  readonly apiCaller: ApiCaller
  #settings: Settings
  readonly #origins: ResourceDefaults
  readonly #policy: Policy
  readonly #batcher: Batcher
  #spool: Spool | undefined
  readonly #failures = new Failures()
  readonly #addSource = createSourceContext(() => this.#settings.apiKey)
  readonly #beforeEnd = new Set<() => void>()
  readonly #beforeFlush = new Set<() => Promise<void>>()
  #exitParticipant: ExitParticipant | undefined
  #leaveProcess = () => {}
  #isClosed = false
  #closing: Promise<boolean> | undefined

  constructor(settings: Settings, parts: PipelineParts = {}) {
    const { random = Math.random } = parts
    // Timers must not keep the async context of the request in which they are set.
    const clock = outsideClock(parts.clock ?? systemClock)
    this.#settings = settings
    this.#origins = new ResourceDefaults(settings)
    this.clock = clock
    this.selfLog = createSelfLog(() => this.#settings.debug)
    this.ledger = new DropLedger(settings.onDrop, (reason) => {
      this.selfLog.warn(`first drop: ${reason}`)
      warnOfDrop(reason)
    })
    const destinations = new Destinations(targetOf(settings), { clock, random })
    this.destinations = destinations
    this.apiCaller = new ApiCaller({ destinations, ledger: this.ledger, clock, random })
    const report = new DeliveryReport({
      selfLog: this.selfLog,
      metrics: deliveryMetrics(settings.apiUrl, SDK.version),
      onSampleRates: (rates) => this.#policy.setSampleRates(rates),
      onRecovered: (count) => this.#reportLoss(count),
      address: () => this.#settings.apiUrl,
      waiting: () => this.#batcher.queued + this.#batcher.inFlight + (this.#spool?.count ?? 0),
    })
    this.#batcher = new Batcher({
      settings,
      destinations,
      ledger: this.ledger,
      report,
      clock,
      newId: randomId,
    })
    this.#policy = createPolicy({
      settings: policySettings(settings),
      ledger: this.ledger,
      clock,
      random,
      out: (json) => this.#batcher.addLog(json),
    })
    processScope().limitBreadcrumbs(settings.maxBreadcrumbs)
    this.#openSpool()
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Whether `shutdown` was called: a client that is made from then on needs another pipeline. */
  get isEnding(): boolean {
    return this.#closing !== undefined
  }

  /** Whether the end of the process waits for undelivered logs. */
  get isAttended(): boolean {
    return this.#exitParticipant !== undefined && !!this.#settings.apiKey && !!this.#settings.flushOnExit
  }

  /** Whether anything can be sent at all. */
  get isActive(): boolean {
    return isSwitchedOn(this.#settings) && !this.#isClosed
  }

  /** Asked before a log is built: enabled, minimum level, sample rates. Counts what is refused. */
  wants(level: Level): boolean {
    this.ledger.written++
    return this.#takes() && this.#policy.wants(level)
  }

  /** Writes a wanted log. Returns its id, or '' when it was dropped. */
  write(log: Log, options: WriteOptions): string {
    const { source, scope = currentScope(), tags, thrown, ownStack } = options
    // The client may have been closed since `wants` was asked.
    if (!this.#takes()) return ''
    try {
      const trace = log.trace ?? traceOfThrown(thrown)
      if (trace !== undefined) log.trace = trace
      this.#complete(log, scope, source, tags)
      return this.#admit({ log, source, thrown, ownStack }, scope, options)
    } catch {
      // A thrown value is foreign: its getters, even that of its message, may throw.
      this.ledger.drop('hook_error')
      return ''
    }
  }

  /** Writes one answered HTTP request. */
  request(entry: RequestEntry, scope: Scope): void {
    this.ledger.requestsWritten++
    if (!this.#takes()) return
    this.#origins.fillRequest(entry)
    const json = this.#policy.admitRequest(entry, { ownRequestId: scope.requestIdIsOurs })
    if (json !== undefined) this.#batcher.addRequest(json)
  }

  /** Takes the facts of an OpenTelemetry resource; the first value of each field counts. */
  learn(origin: ResourceFields): void {
    this.#origins.learn(origin)
  }

  /** From here on the logs of all entry points belong to this release, whatever the option `releaseId` says. */
  setRelease(id: string, deploy: Deploy): void {
    this.#origins.setRelease(id, deploy)
  }

  /** Registers a function that releases held records; called before the flush at the end of the process or client. */
  beforeEnd(releaseHeld: () => void): () => void {
    this.#beforeEnd.add(releaseHeld)
    return () => this.#beforeEnd.delete(releaseHeld)
  }

  /** Registers a function that each flush awaits first. Must be fast and must not reject. */
  beforeFlush(ready: () => Promise<void>): () => void {
    this.#beforeFlush.add(ready)
    return () => this.#beforeFlush.delete(ready)
  }

  /** See {@link Batcher.flush}. Also waits for pings, feedback and releases. */
  async flush(timeoutMs: number): Promise<boolean> {
    // Two rounds, because what one entry point releases another may then hold.
    for (let round = 0; round < 2 && this.#beforeFlush.size > 0; round++) {
      await Promise.all([...this.#beforeFlush].map((ready) => ready()))
    }
    const ms = typeof timeoutMs === 'number' && timeoutMs >= 0 ? timeoutMs : DEFAULT_FLUSH_MS
    const done = await Promise.all([this.#batcher.flush(ms), this.apiCaller.flush(ms)])
    return done.every(Boolean)
  }

  /** Moves all records that entry points hold back into the queue. */
  releaseHeld(): void {
    for (const releaseHeld of this.#beforeEnd) releaseHeld()
    this.#policy.release()
  }

  /**
   * Flushes, then closes for good. Resolves to true when everything was delivered. Logs written during the flush are
   * accepted, and flushed within the remaining time; later ones are not.
   */
  shutdown(timeoutMs: number): Promise<boolean> {
    this.#closing ??= this.#shutdown(timeoutMs)
    return this.#closing
  }

  /** From here on, while there is a key, the end of the process delivers, and uncaught errors are logged. */
  watchEnd(capture: (thrown: unknown) => WriteCrash): void {
    const { ledger, clock, selfLog, apiCaller } = this
    this.#exitParticipant = createExitParticipant({
      settings: () => this.#settings,
      batcher: this.#batcher,
      apiCaller,
      ledger,
      clock,
      selfLog,
      releaseHeld: () => this.releaseHeld(),
      flush: (timeoutMs) => this.flush(timeoutMs),
      capture,
      onLost: (count) => warnOfLoss(count, this.#settings),
    })
    if (deliversAtExit(this.#settings)) warnWithoutThreads()
    this.#watchProcess()
  }

  /** Resolves when the spool has been searched for the data of ended processes, which is delivered in its turn. */
  async takeOver(): Promise<void> {
    await this.#spool?.lookAround()
  }

  pause(): void {
    this.#batcher.pause()
  }

  resume(): void {
    this.#batcher.resume()
  }

  reconfigure(settings: Settings): void {
    const before = this.#settings
    const policy = policySettings(settings)
    prepareSpool(settings)
    // Records held back were accepted under the old settings and would be refused under the new ones.
    if (this.isActive && !isSwitchedOn(settings)) this.releaseHeld()
    this.#settings = settings
    this.ledger.onDrop = settings.onDrop
    const hasNewTransport = TRANSPORT_OPTIONS.some((name) => settings[name] !== before[name])
    const hasMoved = hasNewTransport || settings.apiKey !== before.apiKey
    // A batch that the former destination may have accepted stays bound to it; all others go to the new one.
    if (hasMoved) {
      const transport = hasNewTransport ? undefined : this.destinations.current.target().transport
      this.destinations.moveTo(targetOf(settings, transport))
    }
    this.#origins.reconfigure(settings)
    this.#policy.reconfigure(policy)
    this.#batcher.reconfigure(settings)
    processScope().limitBreadcrumbs(settings.maxBreadcrumbs)
    this.#watchProcess()
    if (!hasMoved && settings.spool === before.spool) return
    this.#spool?.move(settings.apiUrl, settings.apiKey ?? '')
    this.#openSpool()
    if (!hasMoved) return
    this.#batcher.moved()
    this.apiCaller.moved()
  }

  stats(): Stats {
    const { queued, queuedBytes, inFlight, holding } = this.#batcher
    const { written, accepted, rejected, requestsWritten, requestsAccepted, takenOver } = this.ledger
    const { unconfirmed, calls, callsAccepted } = this.ledger
    return {
      queued,
      queuedBytes,
      inFlight,
      written,
      accepted,
      rejected,
      requestsWritten,
      requestsAccepted,
      unconfirmed,
      calls,
      callsAccepted,
      callsPending: this.apiCaller.pending,
      dropped: this.ledger.dropped(),
      spooled: this.#spool?.count ?? 0,
      takenOver,
      ...(holding && { holding }),
    }
  }

  async #shutdown(timeoutMs: number): Promise<boolean> {
    const deadline = this.clock.monotonic() + Math.max(0, timeoutMs)
    const flush = (ms: number) => {
      this.releaseHeld()
      this.#batcher.resume()
      return this.flush(ms)
    }
    const delivered = [await flush(timeoutMs)]
    this.releaseHeld()
    this.#isClosed = true
    const leftMs = deadline - this.clock.monotonic()
    if (this.#undelivered > 0 && leftMs > 0) delivered.push(await flush(leftMs))
    const diskMs = () => Math.max(LEAST_DISK_MS, deadline - this.clock.monotonic())
    this.apiCaller.close()
    const lost = await this.#batcher.close(diskMs())
    this.ledger.drop('exit', lost)
    if (lost > 0) warnOfLoss(lost, this.#settings)
    await this.#spool?.close(diskMs())
    this.#leaveProcess()
    await this.destinations.close()
    return delivered.every(Boolean)
  }

  /** Whether logs are accepted at all; counts those that are not. */
  #takes(): boolean {
    if (this.isActive) return true
    this.ledger.drop(this.#isClosed ? 'closed' : 'disabled')
    return false
  }

  get #undelivered(): number {
    return this.#batcher.queued + this.#batcher.inFlight + this.apiCaller.undelivered().length
  }

  #openSpool(): void {
    if (this.#spool !== undefined || !this.isActive) return
    const parts = { batcher: this.#batcher, ledger: this.ledger, clock: this.clock }
    this.#spool = outside(() => openSpool(this.#settings, parts))
  }

  #watchProcess(): void {
    if (this.#exitParticipant === undefined) return
    const isAttended = !!this.#settings.apiKey && this.isActive
    // A pipeline that was disabled still has to deliver what it has accepted.
    if (isAttended) this.#leaveProcess = watchProcess(this.#exitParticipant)
    else if (this.#undelivered === 0) this.#leaveProcess()
  }

  #complete(log: Log, scope: Scope, source: Source, tags = scope.tags): void {
    this.#origins.fill(log, source === 'record' || source === 'span')
    applyScope(log, scope, tags)
    log._sdk = SDK
    log.metadata ??= {}
    log.metadata[LOG_ID_KEY] ??= randomId()
  }

  #admit(failure: Failure, scope: Scope, { beforeSend, leaveLine }: WriteOptions): string {
    const { log } = failure
    if (log.error !== undefined) {
      const known = this.#failures.register(failure, this.clock.monotonic())
      if (known?.isOtherLine) {
        delete log.error
      } else if (known !== undefined) {
        this.ledger.drop('same_failure')
        return known.id
      } else if (this.#settings.sourceContext) {
        this.#addSource(log.error)
      }
    }
    const ownRequestId = scope.requestIdIsOurs && log.request_id === scope.requestId
    const id = this.#policy.admit(log, { beforeSend, ownRequestId })
    this.#failures.remember(failure, id)
    if (id !== '' && this.#settings.breadcrumbs.logs) {
      const crumb = lineBreadcrumb(log)
      if (leaveLine === undefined) scope.addBreadcrumb(crumb)
      else leaveLine(crumb)
    }
    return id
  }

  /** The loss of an outage is logged once the outage is over. */
  #reportLoss(count: number): void {
    if (!this.wants('warn')) return
    const log = lossLog(count, this.ledger.dropped(), this.clock.now())
    this.write(log, { source: 'call', scope: processScope() })
  }
}
