import type { Log, Trace, User } from '../wire/log.js'
import type { Draft } from './draft.js'
import type { LogFacts } from './log-facts.js'
import { completeRequest } from './request-parts.js'

/** The fields of a log that its attributes gave, each of them present, so that all have one shape. */
export type AttributeFields = {
  readonly [Key in Exclude<keyof Log, 'metadata' | 'error' | '_sdk'>]: Log[Key] | undefined
}

/** What a draft gives of which no attribute is a field. */
export const NO_FIELDS: AttributeFields = fieldsOf({}, {})

/** Takes the fields out of a draft, and puts those together that attributes give in pieces. */
export function attributeFields(draft: Draft, facts: LogFacts): AttributeFields {
  const sections = draft.sections()
  const given = (sections.log ?? {}) as Partial<Log>
  if (given.message !== undefined && facts.body !== undefined && given.message !== facts.body) {
    draft.note('body', facts.body)
  }
  return fieldsOf(given, {
    deploy: sections.deploy,
    user: completeUser(draft, sections.user),
    action: completeAction(draft, given.action, facts.action),
    request: completeRequest(draft, sections.request),
    perf: sections.perf as Log['perf'],
    trace: completeTrace(draft, sections.trace as Partial<Trace> | undefined, facts.trace),
    source: completeSource(draft, given.source),
    device: sections.device,
  })
}

type Completed = {
  [Key in 'deploy' | 'user' | 'action' | 'request' | 'perf' | 'trace' | 'source' | 'device']?:
    | Log[Key]
    | undefined
}

function fieldsOf(given: Partial<Log>, completed: Completed): AttributeFields {
  return {
    level: given.level,
    message: given.message,
    timestamp: given.timestamp,
    service: given.service,
    environment: given.environment,
    version: given.version,
    hostname: given.hostname,
    release_id: given.release_id,
    deploy: completed.deploy,
    user: completed.user,
    user_id: completed.user?.id,
    session_id: given.session_id,
    request_id: given.request_id,
    action: completed.action,
    tags: given.tags,
    request: completed.request,
    perf: completed.perf,
    trace: completed.trace,
    fingerprint: given.fingerprint,
    breadcrumbs: given.breadcrumbs,
    notify: given.notify,
    notify_channels: given.notify_channels,
    source: completed.source,
    device: completed.device,
  }
}

function completeUser(draft: Draft, given: User | undefined): User | undefined {
  const fullName = draft.claim('parts', 'fullName')?.value as string | undefined
  if (fullName === undefined) return given
  const user = given ?? {}
  user[user.name === undefined ? 'name' : 'full_name'] = fullName
  return user
}

/** The event's name, current before older. One that a better name replaced stays in `metadata`. */
function completeAction(
  draft: Draft,
  given: string | undefined,
  eventName: string | undefined,
): string | undefined {
  const older = draft.claim('parts', 'eventName')
  const action = given ?? eventName ?? (older?.value as string | undefined)
  if (eventName !== undefined && eventName !== action) draft.note('event.name', eventName)
  if (older !== undefined && older.value !== action) draft.release(older)
  return action
}

/** A trace of the attributes replaces the context's, and is not mixed with it. */
function completeTrace(
  draft: Draft,
  given: Partial<Trace> | undefined,
  context: Trace | undefined,
): Trace | undefined {
  if (given === undefined || given.trace_id !== undefined) return given as Trace | undefined
  if (context !== undefined) return { ...context, ...given }
  draft.note('lognitor.trace.span_id', given.span_id)
  return undefined
}

/** `file:line` of the two attributes that say it. */
function completeSource(draft: Draft, given: string | undefined): string | undefined {
  const file = draft.claim('parts', 'sourceFile')
  const line = draft.claim('parts', 'sourceLine')
  if (file !== undefined && given === undefined) {
    return line === undefined ? (file.value as string) : `${file.value}:${line.value}`
  }
  draft.release(file)
  draft.release(line)
  return given
}
