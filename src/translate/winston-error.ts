import type { AttributesLike } from './otel.js'
import { readText } from './property.js'
import type { Cause } from './thrown.js'

/** The instrumentation scope of the bridge for winston. */
export const WINSTON = '@opentelemetry/winston-transport'

/** The prefixes under which the bridge puts the cause of an error. */
const CAUSE_PREFIXES = ['err.cause.', 'error.cause.'] as const

/**
 * Removes the repetitions from a winston record: winston copies an error's own fields into the line, and the bridge
 * adds `exception.*` with the same values. The cause is moved to where causes belong. Attributes without an error are
 * returned unchanged.
 */
export function tidyWinston(attributes: AttributesLike): AttributesLike {
  const type = attributes['exception.type']
  const stack = attributes['exception.stacktrace']
  if (typeof stack !== 'string') return attributes
  const tidy: Record<string, unknown> = { ...attributes }
  if (tidy.stack === stack) delete tidy.stack
  for (const key of ['code', 'name'])
    if (tidy[key] !== undefined && String(tidy[key]) === type) delete tidy[key]
  const cause = ownCause(tidy) ?? prefixedCause(tidy)
  if (cause !== undefined && tidy['error.causes'] === undefined) tidy['error.causes'] = [cause]
  return tidy
}

function ownCause(tidy: Record<string, unknown>): Cause | undefined {
  const { cause } = tidy
  const message = readText(cause, 'message')
  const stack = readText(cause, 'stack')
  if (message === undefined || stack === undefined) return undefined
  delete tidy.cause
  return { type: readText(cause, 'name') ?? 'Error', message, stack }
}

function prefixedCause(tidy: Record<string, unknown>): Cause | undefined {
  for (const prefix of CAUSE_PREFIXES) {
    const message = readText(tidy, `${prefix}message`)
    const stack = readText(tidy, `${prefix}stacktrace`)
    if (message === undefined || stack === undefined) continue
    const cause = { type: readText(tidy, `${prefix}type`) ?? 'Error', message, stack }
    for (const part of ['type', 'message', 'stacktrace']) delete tidy[prefix + part]
    return cause
  }
  return undefined
}
