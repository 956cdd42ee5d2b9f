import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from './clock.js'
import { Batcher } from './delivery/batcher.js'
import { Courier } from './delivery/courier.js'
import { httpTransport } from './delivery/http.js'
import { deliveryMetrics } from './delivery/metrics.js'
import { DeliveryReport } from './delivery/report.js'
import { createUploader, type Uploader } from './delivery/uploader.js'
import { warnAtEnd } from './errors.js'
import { createGuest } from './guest.js'
import { Ledger } from './ledger.js'
import { openSpool } from './open-spool.js'
import type { BeforeSend, Settings } from './options.js'
import { type Origin, Origins } from './origin.js'
import { type Failure, Failures, type Way } from './policy/failures.js'
import { createPolicy, type Policy } from './policy/policy.js'
import { policySettings } from './policy/settings.js'
import type { Guest, WriteCrash } from './process/guest.js'
import { watchProcess } from './process/watch.js'
import { warnWithoutThreads } from './process/without-threads.js'
import { applyScope } from './scope/apply.js'
import { currentScope, processScope } from './scope/current.js'
import { lineBreadcrumb } from './scope/line-breadcrumb.js'
import type { Scope } from './scope/scope.js'
import { traceOfThrown } from './scope/thrown-trace.js'
import { createSourceContext } from './source-context.js'
import type { Spool } from './spool/spool.js'
import type { Stats } from './stats.js'
import { createTell, type Tell } from './tell.js'
import { SDK, USER_AGENT } from './version.js'
import type { Level } from './wire/level.js'
import { type Breadcrumb, type Deploy, LOG_ID_KEY, type Log } from './wire/log.js'
import type { RequestEntry } from './wire/request-entry.js'
import type { Transport } from './wire/transport.js'

export interface WriteOptions {
  readonly way: Way
  /** Whose user, tags, request ... fill the gaps. Default: the current one. */
  readonly scope?: Scope
  /** In place of the scope's: a child logger has its own. */
  readonly tags?: readonly string[] | undefined
  readonly thrown?: unknown
  readonly ownStack?: string | undefined
  readonly beforeSend?: BeforeSend | undefined
  /** Takes the breadcrumb that the line leaves, in place of the scope. */
  readonly leaveLine?: ((crumb: Breadcrumb) => void) | undefined
}

export type { Stats } from './stats.js'

export interface PipelineParts {
  readonly clock?: Clock
  readonly random?: () => number
}

/** For what is no time: plain JavaScript checks nothing. */
const DEFAULT_FLUSH_MS = 10_000

/**
 * The single path of a log: completed by what its scope and the process know, through policy, into the
 * batcher. Owns flush and shutdown. Nothing here throws.
 */
export class Pipeline {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly tell: Tell
  readonly uploader: Uploader
  /** Pings, feedback, releases. */
  readonly courier: Courier
  #settings: Settings
  #transport: Transport
  readonly #origins: Origins
  readonly #policy: Policy
  readonly #batcher: Batcher
  #spool: Spool | undefined
  readonly #failures = new Failures()
  readonly #addSource = createSourceContext(() => this.#settings.apiKey)
  readonly #beforeEnd = new Set<() => void>()
  readonly #beforeFlush = new Set<() => Promise<void>>()
  #guest: Guest | undefined
  #leaveProcess = () => {}
  #isClosed = false
  #closing: Promise<boolean> | undefined

  constructor(settings: Settings, parts: PipelineParts = {}) {
    const { clock = systemClock, random = Math.random } = parts
    this.#settings = settings
    this.#origins = new Origins(settings)
    this.clock = clock
    this.tell = createTell(settings.debug)
    this.ledger = new Ledger(settings.onDrop, (reason) => this.tell.warn(`first drop: ${reason}`))
    this.#transport = openTransport(settings)
    this.uploader = createUploader({
      transport: {
        send: (request) => this.#transport.send(request),
        close: () => this.#transport.close?.(),
      },
      clock,
      userAgent: USER_AGENT,
      apiKey: () => this.#settings.apiKey ?? '',
    })
    this.courier = new Courier({ uploader: this.uploader, ledger: this.ledger, clock, random })
    const report = new DeliveryReport({
      tell: this.tell,
      metrics: deliveryMetrics(settings.apiUrl, SDK.version),
      onSampleRates: (rates) => this.#policy.setSampleRates(rates),
      onRecovered: (count) => this.#reportLoss(count),
      address: () => this.#settings.apiUrl,
      waiting: () => this.#batcher.queued + this.#batcher.inFlight,
    })
    this.#batcher = new Batcher({
      settings,
      uploader: this.uploader,
      ledger: this.ledger,
      report,
      clock,
      random,
      newId: randomUUID,
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

  /** Whether `shutdown` has ended it. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether the end of the process waits for what is under way. */
  get isAttended(): boolean {
    return this.#guest !== undefined && !!this.#settings.apiKey && !!this.#settings.flushOnExit
  }

  /** Whether anything can be sent at all. */
  get isActive(): boolean {
    return this.#settings.enabled && !!(this.#settings.apiKey || this.#settings.transport) && !this.#isClosed
  }

  /** Asked before a log is built: enabled, minimum level, sample rates. Counts what it turns away. */
  wants(level: Level): boolean {
    this.ledger.written++
    if (this.isActive) return this.#policy.wants(level)
    this.ledger.drop(this.#isClosed ? 'closed' : 'disabled')
    return false
  }

  /** The rest of a wanted log's way. Gives its id, or '' when it was dropped. */
  write(log: Log, options: WriteOptions): string {
    const { way, scope = currentScope(), tags, thrown, ownStack } = options
    try {
      const trace = log.trace ?? traceOfThrown(thrown)
      if (trace !== undefined) log.trace = trace
      this.#complete(log, scope, way, tags)
      return this.#admit({ log, way, thrown, ownStack }, scope, options)
    } catch {
      // What was thrown is foreign, and not even its words are to be trusted.
      this.ledger.drop('hook_error')
      return ''
    }
  }

  /** One answered HTTP request. */
  request(entry: RequestEntry, scope: Scope): void {
    this.ledger.requestsWritten++
    if (!this.isActive) {
      this.ledger.drop(this.#isClosed ? 'closed' : 'disabled')
      return
    }
    this.#origins.fillRequest(entry)
    const json = this.#policy.admitRequest(entry, { ownRequestId: scope.requestIdIsOurs })
    if (json !== undefined) this.#batcher.addRequest(json)
  }

  /** What the OpenTelemetry resource says; the first word on each thing counts. */
  learn(origin: Origin): void {
    this.#origins.learn(origin)
  }

  /** From here on logs of all doors belong to this release, whatever the option `releaseId` said before. */
  setRelease(id: string, deploy: Deploy): void {
    this.#origins.setRelease(id, deploy)
  }

  /** Called before flush at the end of the process or of the client, for doors that hold something back. */
  beforeEnd(letGo: () => void): () => void {
    this.#beforeEnd.add(letGo)
    return () => this.#beforeEnd.delete(letGo)
  }

  /** Awaited before a flush, for doors whose records wait for something; it must not take long, nor reject. */
  beforeFlush(ready: () => Promise<void>): () => void {
    this.#beforeFlush.add(ready)
    return () => this.#beforeFlush.delete(ready)
  }

  /** See {@link Batcher.flush}; pings, feedback and releases are waited for, too. */
  async flush(timeoutMs: number): Promise<boolean> {
    // Twice, for what one door has waited for may be what another one then holds.
    for (let round = 0; round < 2 && this.#beforeFlush.size > 0; round++) {
      await Promise.all([...this.#beforeFlush].map((ready) => ready()))
    }
    const ms = typeof timeoutMs === 'number' && timeoutMs >= 0 ? timeoutMs : DEFAULT_FLUSH_MS
    const done = await Promise.all([this.#batcher.flush(ms), this.courier.flush(ms)])
    return done.every(Boolean)
  }

  /** Everything that is held back goes into the queue: the end is near. */
  letGo(): void {
    for (const letGo of this.#beforeEnd) letGo()
    this.#policy.release()
  }

  /** Flush, then closed for good. True when all was delivered. */
  shutdown(timeoutMs: number): Promise<boolean> {
    this.#closing ??= this.#shutdown(timeoutMs)
    return this.#closing
  }

  /**
   * From here on, for as long as there is a key, the end of the process is attended to: what is undelivered
   * leaves before it, and what nobody caught is written.
   */
  attend(capture: (thrown: unknown) => WriteCrash): void {
    const { ledger, clock, tell, courier } = this
    this.#guest = createGuest({
      settings: () => this.#settings,
      batcher: this.#batcher,
      courier,
      ledger,
      clock,
      tell,
      letGo: () => this.letGo(),
      flush: (timeoutMs) => this.flush(timeoutMs),
      capture,
      onLost: (count) => warnOfLoss(count, this.#settings),
    })
    if (settingsDeliver(this.#settings)) warnWithoutThreads()
    this.#watchProcess()
  }

  /** Resolves when what other processes have left in the spool is known; it is delivered in its turn. */
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
    this.#settings = settings
    const hasMoved = (['apiUrl', 'proxy', 'compression', 'transport'] as const).some(
      (name) => settings[name] !== before[name],
    )
    if (hasMoved) {
      // What is under way on the old one comes to its end there.
      this.#transport = openTransport(settings)
    }
    this.#origins.reconfigure(settings)
    this.#policy.reconfigure(policy)
    this.#batcher.reconfigure(settings)
    processScope().limitBreadcrumbs(settings.maxBreadcrumbs)
    this.#watchProcess()
    if (!hasMoved && settings.apiKey === before.apiKey && settings.spool === before.spool) return
    void this.#spool?.move(settings.apiUrl, settings.apiKey ?? '')
    this.#openSpool()
    this.#batcher.retryNow()
    this.courier.retryNow()
  }

  stats(): Stats {
    const { queued, queuedBytes, inFlight, holding } = this.#batcher
    const { written, accepted, rejected, requestsWritten, requestsAccepted, takenOver } = this.ledger
    return {
      queued,
      queuedBytes,
      inFlight,
      written,
      accepted,
      rejected,
      requestsWritten,
      requestsAccepted,
      dropped: this.ledger.dropped(),
      spooled: this.#spool?.count ?? 0,
      takenOver,
      ...(holding && { holding }),
    }
  }

  async #shutdown(timeoutMs: number): Promise<boolean> {
    this.letGo()
    this.#batcher.resume()
    const delivered = await this.flush(timeoutMs)
    this.#isClosed = true
    this.courier.close()
    const lost = await this.#batcher.close()
    this.ledger.drop('exit', lost)
    if (lost > 0) warnOfLoss(lost, this.#settings)
    await this.#spool?.close()
    this.#leaveProcess()
    await this.uploader.close()
    return delivered
  }

  #openSpool(): void {
    if (this.#spool !== undefined || !this.isActive) return
    const parts = { batcher: this.#batcher, ledger: this.ledger, clock: this.clock }
    this.#spool = this.uploader.outside(() => openSpool(this.#settings, parts))
  }

  #watchProcess(): void {
    if (this.#guest === undefined) return
    if (this.#settings.apiKey && this.isActive) this.#leaveProcess = watchProcess(this.#guest)
    else this.#leaveProcess()
  }

  #complete(log: Log, scope: Scope, way: Way, tags = scope.tags): void {
    this.#origins.fill(log, way === 'record' || way === 'span')
    applyScope(log, scope, tags)
    log._sdk = SDK
    log.metadata ??= {}
    log.metadata[LOG_ID_KEY] ??= randomUUID()
  }

  #admit(failure: Failure, scope: Scope, { beforeSend, leaveLine }: WriteOptions): string {
    const { log } = failure
    if (log.error !== undefined) {
      const known = this.#failures.meet(failure, this.clock.monotonic())
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
    this.#failures.conclude(failure, id)
    if (id !== '' && this.#settings.breadcrumbs.logs) {
      const crumb = lineBreadcrumb(log)
      if (leaveLine === undefined) scope.addBreadcrumb(crumb)
      else leaveLine(crumb)
    }
    return id
  }

  /** An outage that cost something says so itself, once it is over. */
  #reportLoss(count: number): void {
    if (!this.wants('warn')) return
    const message = `${count} logs and requests were lost while Lognitor could not be reached: the queue was full`
    const metadata = { 'lognitor.lost': count, 'lognitor.dropped': { ...this.ledger.dropped() } }
    const timestamp = new Date(this.clock.now()).toISOString()
    this.write({ level: 'warn', message, timestamp, metadata }, { way: 'call', scope: processScope() })
  }
}

function settingsDeliver({ apiKey, enabled, flushOnExit, transport }: Settings): boolean {
  return enabled && !!apiKey && !!flushOnExit && transport === undefined
}

function warnOfLoss(count: number, { flushOnExit, spool }: Settings): void {
  // As it was asked for.
  if (flushOnExit === false) return
  const mends = [
    'raise flushOnExit',
    ...(spool ? [] : ['keep them on disk by the option spool']),
    'see whether the address can be reached: npx lognitor doctor',
  ]
  warnAtEnd(
    'LOGNITOR_LOST_AT_END',
    `${count} logs or requests were lost at the end, before Lognitor had taken them. To mend it: ${mends.join('; or ')}.`,
  )
}

function openTransport({ transport, apiUrl, proxy, compression }: Settings): Transport {
  return transport ?? httpTransport({ apiUrl, proxy, compression })
}
