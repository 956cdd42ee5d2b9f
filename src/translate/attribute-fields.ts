import type { Log, Trace, User } from '../wire/log.js'
import type { Draft } from './draft.js'
import type { LogFacts } from './log-facts.js'
import { completeRequest } from './request-parts.js'

/**
 * The fields of a log that its attributes set. All properties are present, so that all objects have one shape in V8.
 */
export type AttributeFields = {
  readonly [Key in Exclude<keyof Log, 'metadata' | 'error' | '_sdk'>]: Log[Key] | undefined
}

/** The result for a draft whose attributes set no field. */
export const NO_FIELDS: AttributeFields = fieldsOf({}, {})

/** Takes the fields out of a draft, and combines those that attributes give in parts. */
export function attributeFields(draft: Draft, facts: LogFacts): AttributeFields {
  const sections = draft.sections()
  const input = (sections.log ?? {}) as Partial<Log>
  if (input.message !== undefined && facts.body !== undefined && input.message !== facts.body) {
    draft.note('body', facts.body)
  }
  return fieldsOf(input, {
    deploy: sections.deploy,
    user: completeUser(draft, sections.user),
    action: completeAction(draft, input.action, facts.action),
    request: completeRequest(draft, sections.request),
    perf: sections.perf as Log['perf'],
    trace: completeTrace(draft, sections.trace as Partial<Trace> | undefined, facts.trace),
    source: completeSource(draft, input.source),
    device: sections.device,
  })
}

type Completed = {
  [Key in 'deploy' | 'user' | 'action' | 'request' | 'perf' | 'trace' | 'source' | 'device']?:
    | Log[Key]
    | undefined
}

function fieldsOf(input: Partial<Log>, completed: Completed): AttributeFields {
  return {
    level: input.level,
    message: input.message,
    timestamp: input.timestamp,
    service: input.service,
    environment: input.environment,
    version: input.version,
    hostname: input.hostname,
    release_id: input.release_id,
    deploy: completed.deploy,
    user: completed.user,
    user_id: completed.user?.id,
    session_id: input.session_id,
    request_id: input.request_id,
    action: completed.action,
    tags: input.tags,
    request: completed.request,
    perf: completed.perf,
    trace: completed.trace,
    fingerprint: input.fingerprint,
    breadcrumbs: input.breadcrumbs,
    notify: input.notify,
    notify_channels: input.notify_channels,
    source: completed.source,
    device: completed.device,
  }
}

function completeUser(draft: Draft, input: User | undefined): User | undefined {
  const fullName = draft.claim('parts', 'fullName')?.value as string | undefined
  if (fullName === undefined) return input
  const user = input ?? {}
  user[user.name === undefined ? 'name' : 'full_name'] = fullName
  return user
}

/**
 * The event's name, the current attribute before the older one. A value that lost to a better name stays in `metadata`.
 */
function completeAction(
  draft: Draft,
  input: string | undefined,
  eventName: string | undefined,
): string | undefined {
  const older = draft.claim('parts', 'eventName')
  const action = input ?? eventName ?? (older?.value as string | undefined)
  if (eventName !== undefined && eventName !== action) draft.note('event.name', eventName)
  if (older !== undefined && older.value !== action) draft.release(older)
  return action
}

/** A trace in the attributes replaces the trace of the context and is not mixed with it. */
function completeTrace(
  draft: Draft,
  input: Partial<Trace> | undefined,
  context: Trace | undefined,
): Trace | undefined {
  if (input === undefined || input.trace_id !== undefined) return input as Trace | undefined
  if (context !== undefined) return { ...context, ...input }
  draft.note('lognitor.trace.span_id', input.span_id)
  return undefined
}

/** Combines the two attributes for file and line to `file:line`. */
function completeSource(draft: Draft, input: string | undefined): string | undefined {
  const file = draft.claim('parts', 'sourceFile')
  const line = draft.claim('parts', 'sourceLine')
  if (file !== undefined && input === undefined) {
    return line === undefined ? (file.value as string) : `${file.value}:${line.value}`
  }
  draft.release(file)
  draft.release(line)
  return input
}
