import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.js'
import { warnOnce } from '../errors.js'
import type { DropReason, Ledger } from '../ledger.js'
import type { BeforeSend } from '../options.js'
import { isLevel, type Level, levelRank } from '../wire/level.js'
import { MAX_LOG_BYTES } from '../wire/limits.js'
import { type Fields, LOG_ID_KEY, type Log } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import { runBeforeSend } from './before-send.js'
import { createDuplicates, DEDUP_COUNT_KEY, type Held } from './duplicates.js'
import { addFingerprint } from './fingerprint.js'
import type { Redaction } from './redact.js'
import { redactEntry, redactLog } from './redact-log.js'
import { createSampler } from './sampler.js'
import { scrubEntry, scrubLog } from './scrub-url.js'
import { fits, truncate, truncateEntry } from './size.js'

export interface PolicySettings {
  readonly enabled: boolean
  /** Default: every level passes. */
  readonly minLevel?: Level | undefined
  /** From `parseRedactions`. */
  readonly redact: readonly Redaction[]
  /** From `scrubbedParams`. */
  readonly scrubParams: ReadonlySet<string>
  readonly beforeSend?: BeforeSend | undefined
  readonly autoTruncate: boolean
  /** 5000 in process; 0 for no duplicate window. */
  readonly duplicateWindowMs: number
  /** Fingerprints whose window is open at one time. Default 1000. */
  readonly maxFingerprints?: number | undefined
}

export interface PolicyParts {
  readonly settings: PolicySettings
  readonly ledger: Ledger
  readonly clock: Clock
  /** In [0, 1), for the service's sample rates. Default `Math.random`. */
  readonly random?: () => number
  /** Ids for logs that bring none. Default random UUIDs. */
  readonly newId?: () => string
  /** Takes each log that passed, as JSON within the size limit. */
  readonly out: (json: string, log: Log) => void
}

export interface AdmitOptions {
  /** The log's own hook, before the one of the settings. */
  readonly beforeSend?: BeforeSend | undefined
  /** Whether we made up its `request_id`: then redaction leaves it alone. Default false. */
  readonly ownRequestId?: boolean | undefined
}

/**
 * A wire log in, a wire log or a named drop out. Nothing here throws. Every drop is counted in the
 * ledger; `written` is for whoever calls to count, but for the summaries made here.
 */
export interface Policy {
  /**
   * Before a log is built: whether one of this level would be sent at all.
   * @param roll a number in [0, 1) in place of chance
   */
  wants(level: Level, roll?: number): boolean
  /**
   * The rest of the way, for a log that is wanted. It becomes the policy's own: fields of it are replaced,
   * never what they refer to. Gives the log's id; `''` when it was dropped; the first one's id when it was
   * held back as a duplicate.
   */
  admit(log: Log, options?: AdmitOptions): string
  /** The request entry as JSON, scrubbed and redacted; undefined when it was dropped. */
  admitRequest(entry: RequestEntry, options?: Pick<AdmitOptions, 'ownRequestId'>): string | undefined
  /** The service's latest word on sampling, in place of all before it. */
  setSampleRates(rates: Readonly<Partial<Record<Level, number>>>): void
  /** Sends the summaries of held-back duplicates now: for flush, shutdown, exit. */
  release(): void
  reconfigure(settings: PolicySettings): void
}

export function createPolicy(parts: PolicyParts): Policy {
  const { ledger, clock, random = Math.random, newId = randomUUID, out } = parts
  let { settings } = parts
  let insideHook = false
  const sampler = createSampler(random)
  const duplicates = createDuplicates({
    windowMs: () => settings.duplicateWindowMs,
    maxFingerprints: () => settings.maxFingerprints ?? 1000,
    clock,
    summarise: (held) => guarded(() => summarise(held)),
  })

  function wants(level: Level, roll?: number): boolean {
    if (!isLevel(level)) {
      warnOnce(
        'LOGNITOR_INVALID_LEVEL',
        'A log was dropped: its level is none of debug, info, warn, error, fatal.',
      )
      return drop('invalid')
    }
    if (!settings.enabled) return drop('disabled')
    const { minLevel } = settings
    if (minLevel !== undefined && levelRank(level) < levelRank(minLevel)) return drop('min_level')
    return sampler.takes(level, roll) || drop('sampled')
  }

  function drop(reason: DropReason): false {
    ledger.drop(reason)
    return false
  }

  function dropped(reason: DropReason): '' {
    ledger.drop(reason)
    return ''
  }

  function guarded<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch {
      ledger.drop('hook_error')
      return undefined
    }
  }

  /** From here to the end stands the order of policy, as the service's documentation has it. */
  function process(given: Log, { beforeSend, ownRequestId = false }: AdmitOptions): string {
    let log = given
    const id = identify(log, newId)
    addFingerprint(log)
    scrubLog(log, settings.scrubParams)
    if (settings.redact.length > 0) redactLog(log, settings.redact, ownRequestId)
    for (const hook of [beforeSend, settings.beforeSend]) {
      if (hook === undefined) continue
      const result = runHook(hook, log)
      if (typeof result === 'string') return dropped(result)
      log = result
    }
    const finalId = identify(log, () => id)
    const fingerprint = log.level === 'error' ? log.fingerprint : undefined
    if (fingerprint !== undefined) {
      const first = duplicates.hold(fingerprint)
      if (first !== undefined) {
        ledger.drop('duplicate')
        return first
      }
    }
    const json = send(log, settings.autoTruncate)
    if (json === undefined) return ''
    if (fingerprint !== undefined) duplicates.open(fingerprint, finalId, json)
    return finalId
  }

  function runHook(hook: BeforeSend, log: Log): ReturnType<typeof runBeforeSend> {
    // A hook that logs would be called for its own log, without end.
    if (insideHook) return 'before_send_error'
    insideHook = true
    try {
      return runBeforeSend(hook, log)
    } finally {
      insideHook = false
    }
  }

  /** The JSON that went out, or undefined when the log was too large. */
  function send(log: Log, mayCut: boolean): string | undefined {
    const json = JSON.stringify(log)
    if (fits(json)) {
      out(json, log)
      return json
    }
    if (!mayCut) {
      warnTooLarge()
      ledger.drop('too_large')
      return undefined
    }
    const short = truncate(json)
    out(short.json, short.log)
    return short.json
  }

  function summarise({ json, count }: Held): void {
    const first = JSON.parse(json) as Log
    const metadata: Fields = { ...first.metadata, [LOG_ID_KEY]: newId(), [DEDUP_COUNT_KEY]: count }
    ledger.written += 1
    // Cut where need be: its first was within the limit, and it stands for all the others.
    send({ ...first, timestamp: new Date(clock.now()).toISOString(), metadata }, true)
  }

  function processRequest(given: RequestEntry, ownRequestId: boolean): string | undefined {
    if (!settings.enabled) {
      ledger.drop('disabled')
      return undefined
    }
    let entry = scrubEntry(given, settings.scrubParams)
    if (settings.redact.length > 0) entry = redactEntry(entry, settings.redact, ownRequestId)
    const json = JSON.stringify(entry)
    if (fits(json)) return json
    if (settings.autoTruncate) return truncateEntry(entry)
    warnTooLarge()
    ledger.drop('too_large')
    return undefined
  }

  return {
    wants,
    admit: (log, options = {}) => guarded(() => process(log, options)) ?? '',
    admitRequest: (entry, { ownRequestId = false } = {}) =>
      guarded(() => processRequest(entry, ownRequestId)),
    setSampleRates: (rates) => sampler.setRates(rates),
    release: () => duplicates.release(),
    reconfigure: (next) => {
      settings = next
    },
  }
}

/** Longest id that is kept: it has to survive every cut. */
const LONGEST_ID = 200

/** The log's id, given to it where it has none. */
function identify(log: Log, newId: () => string): string {
  const given = log.metadata?.[LOG_ID_KEY]
  if (typeof given === 'string' && given !== '' && given.length <= LONGEST_ID) return given
  const id = newId()
  // A copy: logs may share their metadata, but never an id. The id stands first because appending to a
  // spread object costs more than all the rest of this.
  log.metadata = { [LOG_ID_KEY]: id, ...log.metadata }
  if (log.metadata[LOG_ID_KEY] !== id) log.metadata[LOG_ID_KEY] = id
  return id
}

function warnTooLarge(): void {
  warnOnce(
    'LOGNITOR_LOG_TOO_LARGE',
    `A log was over ${MAX_LOG_BYTES} bytes and was dropped. Set autoTruncate to have such logs cut instead.`,
  )
}
