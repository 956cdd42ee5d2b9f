import type { Level } from '../wire/level.js'
import type { ErrorDetail, Fields, Log, Trace, User } from '../wire/log.js'
import type { Draft } from './draft.js'
import { completeRequest } from './request-parts.js'
import type { ResourceFields } from './resource.js'

/** What a log has from elsewhere than its attributes. `lognitor.*` attributes win over it. */
export interface LogFacts {
  level: Level
  message: string
  timestamp: string
  action?: string | undefined
  trace?: Trace | undefined
  error?: ErrorDetail | undefined
  durationMs?: number | undefined
}

type OwnFields = Partial<Omit<Log, 'metadata' | 'error'>>

const NO_FIELDS: OwnFields = Object.freeze({})

/** Puts a log together, its fields always in the order of `Log`. */
export function assembleLog(draft: Draft, facts: LogFacts, resource: ResourceFields): Log {
  const own = draft.hasTaken ? ownFields(draft, facts) : NO_FIELDS
  const log: Log = {
    level: own.level ?? facts.level,
    message: own.message ?? facts.message,
    timestamp: own.timestamp ?? facts.timestamp,
  }
  put(log, 'service', own.service ?? resource.service)
  put(log, 'environment', own.environment ?? resource.environment)
  put(log, 'version', own.version ?? resource.version)
  put(log, 'hostname', own.hostname ?? resource.hostname)
  put(log, 'release_id', own.release_id)
  put(log, 'deploy', merged(resource.deploy, own.deploy))
  put(log, 'user', own.user)
  put(log, 'user_id', own.user_id)
  put(log, 'session_id', own.session_id)
  put(log, 'request_id', own.request_id)
  put(log, 'action', own.action ?? facts.action)
  put(log, 'metadata', draft.metadata)
  put(log, 'tags', own.tags)
  put(log, 'error', facts.error)
  put(log, 'request', own.request)
  put(log, 'perf', facts.durationMs === undefined ? own.perf : { duration_ms: facts.durationMs, ...own.perf })
  put(log, 'trace', own.trace ?? facts.trace)
  put(log, 'fingerprint', own.fingerprint)
  put(log, 'breadcrumbs', own.breadcrumbs)
  put(log, 'notify', own.notify)
  put(log, 'notify_channels', own.notify_channels)
  put(log, 'source', own.source)
  put(log, 'device', own.device)
  return log
}

function put<Key extends keyof Log>(log: Log, key: Key, value: Log[Key] | undefined): void {
  if (value !== undefined) log[key] = value as Log[Key]
}

function merged<T extends object>(base: T | undefined, own: T | undefined): T | undefined {
  return base === undefined ? own : { ...base, ...own }
}

/** The fields that attributes gave. */
function ownFields(draft: Draft, facts: LogFacts): OwnFields {
  const sections = draft.sections()
  const own: OwnFields = { ...sections.log }
  const parts: OwnFields = {
    deploy: sections.deploy,
    user: completeUser(draft, sections.user),
    request: completeRequest(draft, sections.request),
    perf: sections.perf as Record<string, number> | undefined,
    trace: completeTrace(draft, sections.trace, facts.trace),
    device: sections.device,
  } as OwnFields
  Object.assign(own, parts)
  const userId = own.user?.id
  if (userId !== undefined) own.user_id = userId
  completeAction(draft, own, facts.action)
  completeSource(draft, own)
  if (own.message !== undefined && own.message !== facts.message) draft.note('body', facts.message)
  return own
}

function completeUser(draft: Draft, given: User | undefined): User | undefined {
  const fullName = draft.claim('parts', 'fullName')
  if (fullName === undefined) return given
  const key = given?.name === undefined ? 'name' : 'full_name'
  return { ...given, [key]: fullName.value }
}

/** A trace of the attributes replaces the context's, and is not mixed with it. */
function completeTrace(
  draft: Draft,
  given: Fields | undefined,
  context: Trace | undefined,
): Trace | undefined {
  if (given === undefined || given.trace_id !== undefined) return given as Trace | undefined
  if (context !== undefined) return { ...context, ...given }
  draft.note('lognitor.trace.span_id', given.span_id)
  return undefined
}

function completeAction(draft: Draft, own: OwnFields, eventName: string | undefined): void {
  const older = draft.claim('parts', 'eventName')
  if (own.action !== undefined && eventName !== undefined && own.action !== eventName) {
    draft.note('event.name', eventName)
  }
  const action = own.action ?? eventName ?? (older?.value as string | undefined)
  if (action !== undefined) own.action = action
  if (older !== undefined && older.value !== action) draft.release(older)
}

/** `file:line` of the two attributes that say it. */
function completeSource(draft: Draft, own: OwnFields): void {
  const file = draft.claim('parts', 'sourceFile')
  const line = draft.claim('parts', 'sourceLine')
  if (file === undefined || own.source !== undefined) {
    draft.release(file)
    draft.release(line)
    return
  }
  own.source = line === undefined ? (file.value as string) : `${file.value}:${line.value}`
}
