import { createHash } from 'node:crypto'
import { type Clock, systemClock } from '../../common/clock.js'
import { SDK, USER_AGENT } from '../../common/version.js'
import { LognitorError } from '../../config/errors.js'
import type { Settings } from '../../config/options.js'
import { httpTransport } from '../../delivery/http/http.js'
import { createUploader } from '../../delivery/http/uploader.js'
import { deliveryMetrics } from '../../delivery/metrics.js'
import { DropLedger, type DropReason } from '../../diagnostics/drop-ledger.js'
import { createSelfLog, type SelfLog } from '../../diagnostics/self-log.js'
import type { PolicySettings } from '../../policy/policy.js'
import { parseRedactions } from '../../policy/redact.js'
import { scrubbedParams } from '../../policy/scrub-url.js'
import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import type { Transport } from '../../wire/transport.js'
import { BatchSender } from './batch-sender.js'
import type { Held } from './delivery.js'
import { ForwardedExport } from './forwarded-export.js'
import { KeyState } from './key-state.js'
import { Load } from './load.js'
import { NO_OBSERVER, type Observer } from './observer.js'
import { Semaphore } from './semaphore.js'
import type { HoldChange } from './service-hold.js'
import type { StableIds } from './stable-ids.js'

export interface ForwarderParts {
  readonly clock?: Clock
  readonly random?: () => number
  /** After so long a export begins no further post. */
  readonly timeoutMs: number
  /** Posts to the service at one time, of all exports. */
  readonly connections: number
  /** Default none. */
  readonly observer?: Observer
  /** Told of what the service has refused for a key, and of the end of that. */
  readonly onHold?: (keyName: string, change: HoldChange) => void
}

/** Bytes of posts that are packed and not yet answered, of all exports; beyond it they wait before they make more. */
const MOST_LOAD_BYTES = 32 * 1024 * 1024

/** Keys whose sample rates are remembered. */
const MAX_KEY_STATES = 1000

/**
 * The path of what somebody else keeps until we have delivered it: policy, then the service, and no queue in
 * between. Nothing is remembered but the latest sample rates of each key.
 */
export class Forwarder {
  readonly ledger: DropLedger
  readonly selfLog: SelfLog
  readonly #settings: Settings
  readonly #parts: Required<ForwarderParts>
  readonly #policySettings: PolicySettings
  readonly #transport: Transport
  readonly #batchSender: BatchSender
  readonly #load = new Load(MOST_LOAD_BYTES)
  readonly #keyStates = new Map<string, KeyState>()
  /** What other processes have learnt of keys that have not been seen here. */
  readonly #adopted = new Map<string, HoldChange>()

  /** @throws {LognitorError} for a wrong option */
  constructor(settings: Settings, parts: ForwarderParts) {
    this.#settings = settings
    this.#parts = {
      clock: systemClock,
      random: Math.random,
      observer: NO_OBSERVER,
      onHold: () => {},
      ...parts,
    }
    this.#policySettings = policySettings(settings)
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

  /** Begins what one caller sent. @param apiKey the caller's own, where each has one */
  forward(stableIds: StableIds, apiKey = this.#settings.apiKey ?? ''): ForwardedExport {
    const { clock, random, timeoutMs } = this.#parts
    return new ForwardedExport({
      stableIds,
      keyState: this.#keyState(apiKey),
      batchSender: this.#batchSender,
      load: this.#load,
      policy: this.#policySettings,
      ledger: this.ledger,
      clock,
      random,
      timeoutMs,
      completeLog: (log) => this.#completeLog(log),
      completeRequest: (entry) => this.#fillGaps(entry),
    })
  }

  /** Why nothing is sent under that key now; nothing when it may be. */
  holdOf(apiKey = this.#settings.apiKey ?? ''): Held | undefined {
    const known = this.#keyStates.get(apiKey) ?? (this.#adopted.size > 0 ? this.#keyState(apiKey) : undefined)
    return known?.hold.current
  }

  /** Takes over what another process has learnt under a key of that name. */
  adoptHold(keyName: string, change: HoldChange): void {
    const known = [...this.#keyStates.values()].find(({ name }) => name === keyName)
    if (known !== undefined) {
      known.hold.adopt(change)
      return
    }
    if (this.#adopted.size >= MAX_KEY_STATES) this.#adopted.clear()
    this.#adopted.set(keyName, change)
  }

  /** Lets go of connections; called when no export is under way. */
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

  /** A key is never shown; the beginning of its hash tells two of them apart. */
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

  /** No more than gaps: the telemetry of many services knows better than the options of one process. */
  #fillGaps(target: Log | RequestEntry): void {
    const { service, environment, version } = this.#settings
    if (service !== undefined) target.service ??= service
    if (environment !== undefined) target.environment ??= environment
    if (version !== undefined) target.version ??= version
  }
}

function policySettings(settings: Settings): PolicySettings {
  const { enabled, minLevel, beforeSend, autoTruncate } = settings
  const redact = parseRedactions(settings.redactPatterns)
  if (typeof redact === 'string')
    throw new LognitorError('LOGNITOR_BAD_OPTION', `Option "redactPatterns": ${redact}.`)
  return {
    enabled,
    minLevel,
    beforeSend,
    autoTruncate,
    redact,
    scrubParams: scrubbedParams(settings.scrubUrlParams),
    duplicateWindowMs: 0,
  }
}
