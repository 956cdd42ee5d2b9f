import { levelRank } from '../wire/level.js'
import type { Fields, Log } from '../wire/log.js'
import type { Scope } from './scope.js'

const ERROR_RANK = levelRank('error')

/**
 * Completes a log by its scope. What the log says itself wins. Its own tags are appended to `tags`, by default the
 * scope's.
 */
export function applyScope(log: Log, scope: Scope, tags = scope.tags): void {
  const { user, sessionId, requestId, context } = scope
  if (log.user === undefined && user !== undefined) log.user = user
  if (log.user_id === undefined && log.user?.id !== undefined) log.user_id = String(log.user.id)
  if (log.session_id === undefined && sessionId !== undefined) log.session_id = sessionId
  if (log.request_id === undefined && requestId !== undefined) log.request_id = requestId
  if (tags !== undefined) log.tags = log.tags === undefined ? [...tags] : [...tags, ...log.tags]
  if (context !== undefined) log.metadata = beneath(context, log.metadata)
  if (levelRank(log.level) >= ERROR_RANK) applyToError(log, scope)
}

/** Merges `over` into a copy of `under`, key by key. Neither argument is changed. */
export function beneath(under: Fields, over: Fields | undefined): Fields {
  return over === undefined ? { ...under } : { ...under, ...over }
}

function applyToError(log: Log, scope: Scope): void {
  log.breadcrumbs ??= scope.breadcrumbs()
  const { request, trace } = scope
  if (request !== undefined) log.request = { ...request, ...log.request }
  if (log.trace === undefined && trace !== undefined) log.trace = { ...trace }
}
