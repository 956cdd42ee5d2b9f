import type { Level } from '../wire/level.js'
import type { ErrorDetail, Log, Trace } from '../wire/log.js'
import { attributeFields, NO_FIELDS } from './attribute-fields.js'
import type { Draft } from './draft.js'
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

/** Puts a log together, its fields always in the order of `Log`. */
export function assembleLog(draft: Draft, facts: LogFacts, resource: ResourceFields): Log {
  const own = draft.hasTaken ? attributeFields(draft, facts) : NO_FIELDS
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
  put(log, 'deploy', resource.deploy === undefined ? own.deploy : { ...resource.deploy, ...own.deploy })
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
