import { isLevel } from '../wire/level.js'
import type { Breadcrumb, ErrorDetail, Fields, Log } from '../wire/log.js'

/** The three fields that every log must have. */
export type Essentials = Pick<Log, 'level' | 'message' | 'timestamp'>

/**
 * Turns what user code returned into a log of plain JSON data that is legal over the wire. Required fields that are
 * missing or wrong are taken from the original. Optional fields of a wrong type are converted where that is unambiguous
 * (numbers to text) and left out where it is not. Undefined when the value is not a log at all.
 * @throws what getters, `toJSON` or cycles of the value make `JSON.stringify` throw
 */
export function legalLog(value: unknown, original: Essentials): Log | undefined {
  if (!isObject(value)) return undefined
  const json = JSON.stringify(value) as string | undefined
  const fields: unknown = json === undefined ? undefined : JSON.parse(json)
  if (!isObject(fields)) return undefined
  const message = textOf(fields.message)
  if (message === undefined) return undefined
  for (const [name, mend] of Object.entries(OPTIONAL)) {
    if (Object.hasOwn(fields, name)) setOrDelete(fields, name, mend(fields[name]))
  }
  fields.level = isLevel(fields.level) ? fields.level : original.level
  fields.message = message
  fields.timestamp = timeOf(fields.timestamp) ?? original.timestamp
  return fields as unknown as Log
}

type Mend = (value: unknown) => unknown

const OPTIONAL: Readonly<Record<string, Mend>> = {
  service: textOf,
  environment: textOf,
  version: textOf,
  hostname: textOf,
  release_id: textOf,
  deploy: (value) => mendFields(value, { commit: textOf, branch: textOf }),
  user: (value) => mendFields(value, { id: textOf, email: textOf, name: textOf }),
  user_id: textOf,
  session_id: textOf,
  request_id: textOf,
  action: textOf,
  metadata: objectOf,
  tags: textsOf,
  error: errorOf,
  request: (value) =>
    mendFields(value, {
      method: textOf,
      url: textOf,
      path: textOf,
      status_code: wholeOf,
      duration_ms: numberOf,
      ip: textOf,
      user_agent: textOf,
    }),
  perf: (value) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).filter(([, number]) => typeof number === 'number'))
      : undefined,
  trace: (value) => {
    const trace = mendFields(value, { trace_id: textOf, span_id: textOf })
    return trace?.trace_id === undefined ? undefined : trace
  },
  fingerprint: textOf,
  breadcrumbs: (value) => (Array.isArray(value) ? value.flatMap(breadcrumbOf) : undefined),
  notify: (value) => (typeof value === 'boolean' ? value : undefined),
  notify_channels: textsOf,
  source: textOf,
  device: objectOf,
  _sdk: objectOf,
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function wholeOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined
}

function objectOf(value: unknown): Fields | undefined {
  return isObject(value) ? value : undefined
}

function textsOf(value: unknown): string[] | undefined {
  const items = Array.isArray(value) ? value : [value]
  const texts = items.map(textOf).filter((text) => text !== undefined)
  return texts.length === 0 ? undefined : texts
}

function timeOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const time = new Date(value)
  const iso = Number.isNaN(time.getTime()) ? '' : time.toISOString()
  return iso.length === ISO_LENGTH ? iso : undefined
}

/** The length for a year of four digits. Other years use an extended form that few readers accept. */
const ISO_LENGTH = '2026-11-23T10:00:00.000Z'.length

function errorOf(value: unknown): ErrorDetail | undefined {
  const error = mendFields(value, {
    stack: textOf,
    filename: textOf,
    line_number: wholeOf,
    context_line: textOf,
    pre_context: textsOf,
    post_context: textsOf,
  })
  if (error === undefined) return undefined
  return { ...error, type: textOf(error.type) ?? 'Error', message: textOf(error.message) ?? '' }
}

function breadcrumbOf(value: unknown): Breadcrumb[] {
  const fields = mendFields(value, { data: objectOf })
  const timestamp = timeOf(fields?.timestamp)
  if (fields === undefined || timestamp === undefined) return []
  const breadcrumb = {
    ...fields,
    type: textOf(fields.type) ?? 'default',
    category: textOf(fields.category) ?? 'custom',
    message: textOf(fields.message) ?? '',
    level: isLevel(fields.level) ? fields.level : 'info',
    timestamp,
  }
  return [breadcrumb]
}

/** The object with its known fields converted; fields that cannot be converted are left out. */
function mendFields(value: unknown, mends: Readonly<Record<string, Mend>>): Fields | undefined {
  if (!isObject(value)) return undefined
  for (const [name, mend] of Object.entries(mends)) {
    if (Object.hasOwn(value, name)) setOrDelete(value, name, mend(value[name]))
  }
  return value
}

function setOrDelete(fields: Fields, name: string, value: unknown): void {
  if (value === undefined) delete fields[name]
  else fields[name] = value
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
