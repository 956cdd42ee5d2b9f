import type { Trace, User } from '../wire/log.js'
import { SECTION_BITS } from './attributes.js'
import { type Draft, Sections } from './draft.js'
import type { LogFacts } from './log-facts.js'
import { completeRequest } from './request-parts.js'

/** The result for a draft whose attributes set no field. */
export const NO_FIELDS: Readonly<Sections> = new Sections()

/** Takes the fields out of a draft, and combines those that attributes give in parts. */
export function attributeFields(draft: Draft, facts: LogFacts): Sections {
  const sections = draft.sections()
  const { log } = sections
  if (log.message !== undefined && facts.body !== undefined && log.message !== facts.body) {
    draft.note('body', facts.body)
  }
  // Few records have parts, and each search for one costs time.
  const hasParts = draft.hasIn(SECTION_BITS.parts)
  if (hasParts) sections.user = completeUser(draft, sections.user)
  log.action = completeAction(draft, log.action, facts.action)
  if (draft.hasIn(SECTION_BITS.url)) sections.request = completeRequest(draft, sections.request)
  sections.trace = completeTrace(draft, sections.trace, facts.trace)
  if (hasParts) log.source = completeSource(draft, log.source)
  return sections
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
