import type { Clock } from '../common/clock.js'
import { randomId } from '../common/random-id.js'
import { warnOnce } from '../config/errors.js'
import type { BeforeSend } from '../config/options.js'
import type { DropLedger, DropReason } from '../diagnostics/drop-ledger.js'
import { isLevel, LEVELS, type Level, levelRank } from '../wire/level.js'
import { MAX_LOG_BYTES } from '../wire/limits.js'
import { type Fields, LOG_ID_KEY, type Log } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import { runBeforeSend } from './before-send.js'
import { createDuplicates, DEDUP_COUNT_KEY, type Held } from './duplicates.js'
import { addFingerprint } from './fingerprint.js'
import { identify } from './log-id.js'
import {
  cutOversize,
  cutOversizeEntry,
  endCutEntry,
  endCutTexts,
  hasOversizeText,
  isOversize,
  isOversizeJson,
} from './oversize.js'
import type { Redaction } from './redact.js'
import { redactEntry, redactLog } from './redact-log.js'
import { createSampler } from './sampler.js'
import { scrubEntry, scrubLog } from './scrub-log.js'
import { fits, truncate, truncateEntry } from './size.js'
import { wellFormedJson } from './well-formed.js'

export interface PolicySettings {
  readonly enabled: boolean
  /** Default: every level passes. */
  readonly minLevel?: Level | undefined
  /** Made by `parseRedactions`. */
  readonly redact: readonly Redaction[]
  /** Made by `scrubbedParams`. */
  readonly scrubParams: ReadonlySet<string>
  readonly beforeSend?: BeforeSend | undefined
  readonly autoTruncate: boolean
  /** Length of the duplicate window in milliseconds: 5000 in process, 0 for none. */
  readonly duplicateWindowMs: number
  /** Most fingerprints with an open window at one time. Default: 1000. */
  readonly maxFingerprints?: number | undefined
}

export interface PolicyParts {
  readonly settings: PolicySettings
  readonly ledger: DropLedger
  readonly clock: Clock
  /** Random numbers in [0, 1) for the service's sample rates. Default: `Math.random`. */
  readonly random?: () => number
  /** Creates ids for logs that have none. Default: random UUIDs. */
  readonly newId?: () => string
  /** Receives each log that passed, as JSON within the size limit. */
  readonly out: (json: string, log: Log) => void
}

export interface AdmitOptions {
  /** The log's own hook, called before the hook of the settings. */
  readonly beforeSend?: BeforeSend | undefined
  /** Whether its `request_id` was generated here; redaction then leaves it alone. Default: false. */
  readonly ownRequestId?: boolean | undefined
}

/**
 * Turns a wire log into a wire log or a counted drop. Nothing here throws. Every drop is counted in the ledger. The
 * counter `written` is the caller's, except for summaries, which are counted here.
 */
export interface Policy {
  /**
   * Whether a log of this level would be sent at all. Called before the log is built.
   * @param roll a number in [0, 1) that replaces the random one
   */
  wants(level: Level, roll?: number): boolean
  /**
   * Applies the rest of the policy to a wanted log. The log becomes the policy's own: its fields are replaced, but
   * objects they refer to are not changed. Returns the log's id: `''` when the log was dropped, the first log's id when
   * it was held back as a duplicate. Afterwards level, message and time of the log are those that the hooks set.
   */
  admit(log: Log, options?: AdmitOptions): string
  /** Returns the request entry as JSON, scrubbed and redacted. Undefined when it was dropped. */
  admitRequest(entry: RequestEntry, options?: Pick<AdmitOptions, 'ownRequestId'>): string | undefined
  /** Replaces the sample rates by the service's latest ones. */
  setSampleRates(rates: Readonly<Partial<Record<Level, number>>>): void
  /** Sends the summaries of held-back duplicates now: for flush, shutdown and exit. */
  release(): void
  reconfigure(settings: PolicySettings): void
}

export function createPolicy(parts: PolicyParts): Policy {
  const { ledger, clock, random = Math.random, newId = randomId, out } = parts
  let { settings } = parts
  let insideHook = false
  const sampler = createSampler(random, clock)
  const duplicates = createDuplicates({
    windowMs: () => settings.duplicateWindowMs,
    maxFingerprints: () => settings.maxFingerprints ?? 1000,
    clock,
    summarise: (held) => guarded(() => summarise(held)),
  })

  /** The reason why no log of this level is built. Undefined for a wanted level. */
  function refusal(level: Level, roll?: number): DropReason | undefined {
    if (!isLevel(level)) {
      warnOnce('LOGNITOR_INVALID_LEVEL', `A log was dropped: its level must be one of ${LEVELS.join(', ')}.`)
      return 'invalid'
    }
    if (!settings.enabled) return 'disabled'
    const { minLevel } = settings
    if (minLevel !== undefined && levelRank(level) < levelRank(minLevel)) return 'min_level'
    return sampler.takes(level, roll) ? undefined : 'sampled'
  }

  function drop(reason: DropReason): undefined {
    ledger.drop(reason)
  }

  function guarded<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch {
      return drop('hook_error')
    }
  }

  /** The only place that defines the order of the policy's steps. */
  function decide(input: Log, { beforeSend, ownRequestId = false }: AdmitOptions): string | undefined {
    let log = input
    const id = identify(log, newId)
    addFingerprint(log)
    scrubLog(log, settings.scrubParams)
    // A hook may make a log small; without one nobody needs what is over the limit by far.
    const hasHook = beforeSend !== undefined || settings.beforeSend !== undefined
    // Where neither redaction nor a hook reads the log, its JSON says how long it is. Counting the characters of a log
    // of 64 KB before takes as long as writing them.
    const isRead = hasHook || settings.redact.length > 0
    const isTooMuch = isRead ? isOversize(log, hasHook) : hasOversizeText(log)
    if (isTooMuch && !settings.autoTruncate) return dropTooLarge()
    if (isTooMuch) cutOversize(log)
    if (settings.redact.length > 0) redactLog(log, settings.redact, ownRequestId)
    if (isTooMuch) endCutTexts(log)
    for (const hook of hasHook ? [beforeSend, settings.beforeSend] : NO_HOOKS) {
      if (hook === undefined) continue
      // A copy, because a log shares its user, tags and breadcrumbs with later logs.
      const result = runHook(hook, log === input ? copyOf(log) : log)
      if (typeof result === 'string') return drop(result)
      log = result
    }
    if (log !== input) {
      copyUserId(log, input)
      Object.assign(input, lineOf(log))
    }
    const finalId = isRead || isTooMuch ? identify(log, () => id) : id
    const fingerprint = log.level === 'error' ? log.fingerprint : undefined
    if (fingerprint !== undefined) {
      const first = duplicates.hold(fingerprint)
      if (first !== undefined) {
        drop('duplicate')
        return first
      }
    }
    const json = send(log, settings.autoTruncate)
    if (json === undefined) return undefined
    if (fingerprint !== undefined) duplicates.open(fingerprint, finalId, json)
    return finalId
  }

  function runHook(hook: BeforeSend, log: Log): ReturnType<typeof runBeforeSend> {
    // A hook that writes a log would be called for its own log, endlessly.
    if (insideHook) return 'before_send_error'
    insideHook = true
    try {
      return runBeforeSend(hook, log)
    } finally {
      insideHook = false
    }
  }

  /** The JSON that was sent. Undefined when the log was too large. */
  function send(log: Log, mayCut: boolean): string | undefined {
    const json = wellFormedJson(JSON.stringify(log))
    if (fits(json)) {
      out(json, log)
      return json
    }
    if (!mayCut) return dropTooLarge()
    const short = truncate(isOversizeJson(json) ? cutAndWrite(log, json) : json)
    out(short.json, short.log)
    return short.json
  }

  function cutAndWrite(log: Log, json: string): string {
    try {
      cutOversize(log)
      endCutTexts(log)
      return wellFormedJson(JSON.stringify(log))
    } catch {
      // Nested too deep to walk.
      return json
    }
  }

  function summarise({ json, count }: Held): void {
    const first = JSON.parse(json) as Log
    const metadata: Fields = { ...first.metadata, [LOG_ID_KEY]: newId(), [DEDUP_COUNT_KEY]: count }
    ledger.written += 1
    // May be cut: the first log was within the limit, and the summary stands for all others.
    send({ ...first, timestamp: new Date(clock.now()).toISOString(), metadata }, true)
  }

  function decideRequest(input: RequestEntry, ownRequestId: boolean): string | undefined {
    if (!settings.enabled) return drop('disabled')
    let entry = scrubEntry(input, settings.scrubParams)
    const isTooMuch = isOversize(entry)
    if (isTooMuch && !settings.autoTruncate) return dropTooLarge()
    if (isTooMuch) entry = cutOversizeEntry(entry)
    if (settings.redact.length > 0) entry = redactEntry(entry, settings.redact, ownRequestId)
    if (isTooMuch) entry = endCutEntry(entry)
    const json = wellFormedJson(JSON.stringify(entry))
    if (fits(json)) return json
    return settings.autoTruncate ? wellFormedJson(truncateEntry(entry)) : dropTooLarge()
  }

  function dropTooLarge(): undefined {
    const hint = 'Set autoTruncate to have such logs cut instead.'
    warnOnce('LOGNITOR_LOG_TOO_LARGE', `A log was over ${MAX_LOG_BYTES} bytes and was dropped. ${hint}`)
    return drop('too_large')
  }

  return {
    wants(level, roll) {
      const reason = refusal(level, roll)
      if (reason !== undefined) drop(reason)
      return reason === undefined
    },
    admit(log, options = {}) {
      try {
        return decide(log, options) ?? ''
      } catch {
        drop('hook_error')
        return ''
      }
    },
    admitRequest: (entry, { ownRequestId = false } = {}) => guarded(() => decideRequest(entry, ownRequestId)),
    setSampleRates: (rates) => sampler.setRates(rates),
    release: () => duplicates.release(),
    reconfigure: (next) => {
      settings = next
    },
  }
}

const NO_HOOKS: readonly undefined[] = []

/** `user_id` is a copy of `user.id`: where a hook changed or removed one of them, the other follows. */
function copyUserId(log: Log, input: Log): void {
  const { id } = log.user ?? {}
  if (log.user_id !== input.user_id || id === input.user?.id) return
  if (id === undefined) delete log.user_id
  else log.user_id = String(id)
}

/** The fields of a log that its breadcrumb uses, after the hooks: nothing that a hook removed. */
function lineOf({ level, message, timestamp }: Log): Pick<Log, 'level' | 'message' | 'timestamp'> {
  return { level, message, timestamp }
}

/** A copy in the form in which the log would arrive. */
function copyOf(log: Log): Log {
  return JSON.parse(JSON.stringify(log)) as Log
}
