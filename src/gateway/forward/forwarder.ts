import { createHash } from 'node:crypto'
import { type Clock, systemClock } from '../../common/clock.js'
import { SDK, USER_AGENT } from '../../common/version.js'
import type { Settings } from '../../config/options.js'
import { httpTransport } from '../../delivery/http/http.js'
import { createUploader } from '../../delivery/http/uploader.js'
import { deliveryMetrics } from '../../delivery/metrics.js'
import { DropLedger, type DropReason } from '../../diagnostics/drop-ledger.js'
import { createSelfLog, type SelfLog } from '../../diagnostics/self-log.js'
import type { PolicySettings } from '../../policy/policy.js'
import { policySettings } from '../../policy/settings.js'
import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import type { Transport } from '../../wire/transport.js'
import { Slabs } from '../slabs.js'
import { LogTemplates } from '../template/log-templates.js'
import { AcceptedOfExports } from './accepted-batches.js'
import { BatchSender } from './batch-sender.js'
import type { Held } from './delivery.js'
import { ForwardedExport } from './forwarded-export.js'
import { KeyState } from './key-state.js'
import { Load } from './load.js'
import { NO_OBSERVER, type Observer } from './observer.js'
import { recordJsonOf } from './record-json.js'
import { Semaphore } from './semaphore.js'
import type { HoldChange } from './service-hold.js'
import type { StableIds } from './stable-ids.js'
import { processCpuMs, type WorkTime, workTimes } from './work-time.js'

export interface ForwarderParts {
  readonly clock?: Clock
  readonly random?: () => number
  /** Gives the processor time of this process, in milliseconds. */
  readonly cpuMs?: () => number
  /** No further request of an export begins after this time, in milliseconds. */
  readonly timeoutMs: number
  /** Requests to the service at one time, of all exports. */
  readonly connections: number
  /** Default none. */
  readonly observer?: Observer
  /** Called when the service has refused a key or an address, and when that is over. */
  readonly onHold?: (keyName: string, change: HoldChange) => void
}

/** Bytes of batches that are waiting for an answer, of all exports. Beyond it exports create no further batches. */
const MOST_LOAD_BYTES = 32 * 1024 * 1024

/** Most keys whose sample rates are remembered. */
const MAX_KEY_STATES = 1000

/**
 * Forwards exports that their caller keeps until they are delivered. Logs pass policy and go to the service without a
 * queue. Only the latest sample rates and refusals of each key are remembered.
 */
export class Forwarder {
  readonly ledger: DropLedger
  readonly selfLog: SelfLog
  /** Memory for requests and batches. */
  readonly slabs = new Slabs()
  /** Undefined when hooks or redaction have to see each log. */
  readonly templates: LogTemplates | undefined
  readonly #settings: Settings
  readonly #parts: Required<ForwarderParts>
  readonly #policySettings: PolicySettings
  readonly #transport: Transport
  readonly #batchSender: BatchSender
  readonly #beginWork: () => WorkTime
  readonly #load = new Load(MOST_LOAD_BYTES)
  readonly #accepted = new AcceptedOfExports()
  readonly #keyStates = new Map<string, KeyState>()
  /** Refusals that other processes have reported for keys not yet seen here. */
  readonly #adopted = new Map<string, HoldChange>()

  /** @throws LognitorError for a wrong option */
  constructor(settings: Settings, parts: ForwarderParts) {
    this.#settings = settings
    this.#parts = {
      clock: systemClock,
      random: Math.random,
      cpuMs: processCpuMs,
      observer: NO_OBSERVER,
      onHold: () => {},
      ...parts,
    }
    this.#policySettings = { ...policySettings(settings), duplicateWindowMs: 0 }
    const jsonOf = recordJsonOf({
      settings: this.#policySettings,
      clock: this.#parts.clock,
      allResourceAttributes: settings.allResourceAttributes,
      completeLog: (log) => this.#completeLog(log),
    })
    this.templates = jsonOf && new LogTemplates(jsonOf)
    this.#beginWork = workTimes(this.#parts.clock, this.#parts.cpuMs)
    this.selfLog = createSelfLog(() => settings.debug)
    const { apiUrl, proxy, compression, onDrop } = settings
    const { connections, random, observer } = this.#parts
    const told = (reason: DropReason, count: number) => {
      observer.dropped(reason, count)
      onDrop?.(reason, count)
    }
    this.ledger = new DropLedger(told, (reason) => this.selfLog.warn(`first drop: ${reason}`))
    this.#transport = settings.transport ?? httpTransport({ apiUrl, proxy, compression, connections })
    this.#batchSender = new BatchSender({
      ledger: this.ledger,
      metrics: deliveryMetrics(apiUrl, SDK.version),
      slots: new Semaphore(connections),
      observer,
      random,
    })
  }

  /** Begins one export. @param apiKey the caller's own key, when callers have keys of their own */
  forward(stableIds: StableIds, apiKey = this.#settings.apiKey ?? ''): ForwardedExport {
    const { clock, random, timeoutMs } = this.#parts
    return new ForwardedExport({
      stableIds,
      keyState: this.#keyState(apiKey),
      batchSender: this.#batchSender,
      accepted: this.#accepted,
      load: this.#load,
      slabs: this.slabs,
      policy: this.#policySettings,
      ledger: this.ledger,
      clock,
      random,
      beginWork: this.#beginWork,
      timeoutMs,
      completeLog: (log) => this.#completeLog(log),
      completeRequest: (entry) => this.#fillGaps(entry),
    })
  }

  /** Why nothing may be sent under that key now; undefined when it may. */
  holdOf(apiKey = this.#settings.apiKey ?? ''): Held | undefined {
    const known = this.#keyStates.get(apiKey) ?? (this.#adopted.size > 0 ? this.#keyState(apiKey) : undefined)
    return known?.hold.current
  }

  /** Adopts what another process has learnt about a key of that name. */
  adoptHold(keyName: string, change: HoldChange): void {
    const known = [...this.#keyStates.values()].find(({ name }) => name === keyName)
    if (known !== undefined) {
      known.hold.adopt(change)
      return
    }
    if (this.#adopted.size >= MAX_KEY_STATES) this.#adopted.clear()
    this.#adopted.set(keyName, change)
  }

  /** Closes the connections. Called when no export is under way. */
  async close(): Promise<void> {
    await this.#transport.close?.()
  }

  #keyState(apiKey: string): KeyState {
    const known = this.#keyStates.get(apiKey)
    if (known !== undefined) return known
    if (this.#keyStates.size >= MAX_KEY_STATES)
      this.#keyStates.delete(this.#keyStates.keys().next().value as string)
    const { clock } = this.#parts
    const uploader = createUploader({ transport: this.#transport, clock, userAgent: USER_AGENT, apiKey })
    const name = this.#nameOf(apiKey)
    const keyState = new KeyState(name, uploader, clock, this.#parts.random, (change) =>
      this.#parts.onHold(name, change),
    )
    keyState.hold.adopt(this.#adopted.get(name))
    this.#adopted.delete(name)
    this.#keyStates.set(apiKey, keyState)
    return keyState
  }

  /** The beginning of the key's hash tells two keys apart without showing them. */
  #nameOf(apiKey: string): string {
    if (apiKey === (this.#settings.apiKey ?? '')) return ''
    return `sha256:${createHash('sha256').update(apiKey).digest('hex').slice(0, 12)}`
  }

  #completeLog(log: Log): void {
    this.#fillGaps(log)
    const { releaseId } = this.#settings
    if (releaseId !== undefined) log.release_id ??= releaseId
    log._sdk = SDK
  }

  /** Options only fill gaps: the telemetry of each service knows better than the options of one gateway. */
  #fillGaps(target: Log | RequestEntry): void {
    const { service, environment, version } = this.#settings
    if (service !== undefined) target.service ??= service
    if (environment !== undefined) target.environment ??= environment
    if (version !== undefined) target.version ??= version
  }
}
