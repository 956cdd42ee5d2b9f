import { inspect } from 'node:util'
import { isError } from '../common/any-realm.js'
import type { ErrorDetail } from '../wire/log.js'
import { errorType } from './error-type.js'
import { toPlain } from './plain.js'
import { readProperty, readText, shorten, wellFormed } from './property.js'
import { applicationFrame } from './stack.js'

/** A cause of an error, or one of its `errors`. */
export interface Cause {
  type: string
  message: string
  stack?: string
}

export interface Thrown {
  /** `stack` includes the causes, as Node prints them. */
  error: ErrorDetail
  /** The same causes one by one, outermost first. Stored as `metadata["error.causes"]`. */
  causes: Cause[]
  /** The error's own stack, without its causes. Other sources, such as a span event, know only this one. */
  ownStack?: string
  /** The error's `code`. Stored as `metadata["error.code"]`. */
  code?: string
}

export const UNKNOWN_ERROR = 'Unknown error'

const MAX_CAUSES = 50
const MAX_CAUSE_DEPTH = 10
const MAX_CAUSE_STACK = 16_384

/**
 * Describes anything that can be thrown or rejected with: an Error of any realm, a string, `null`, a frozen object, a
 * Proxy, an Error whose getters throw. Never throws, runs no custom inspection, and follows `cause` and `errors` to a
 * depth of 10 and 50 in all, each only once.
 */
export function describeThrown(value: unknown): Thrown {
  const own = describeOne(value)
  const causes: Cause[] = []
  const block = causeBlock(value, [value], causes, 0)
  const error: ErrorDetail = { type: own.type, message: own.message }
  const thrown: Thrown = { error, causes }
  if (own.stack !== undefined || block !== '')
    error.stack = (own.stack ?? `${own.type}: ${own.message}`) + block
  if (own.stack !== undefined) {
    thrown.ownStack = own.stack
    locate(error, own.stack)
  }
  const code = errorCode(value)
  if (code !== undefined) thrown.code = code
  return thrown
}

/** Sets the file and line of the application where the error arose. */
export function locate(error: ErrorDetail, stack: string): void {
  const frame = applicationFrame(stack)
  if (frame === undefined) return
  error.filename = frame.file
  error.line_number = frame.line
}

function describeOne(value: unknown): Cause {
  const described: Cause = { type: errorType(value), message: thrownMessage(value) }
  const stack = typeof value === 'object' ? readText(value, 'stack') : undefined
  if (stack !== undefined) described.stack = stack
  return described
}

function thrownMessage(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? UNKNOWN_ERROR : wellFormed(value)
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'symbol':
      return shorten(String(value), 1000)
    case 'object':
    case 'function':
      return readText(value, 'message') ?? UNKNOWN_ERROR
    default:
      return UNKNOWN_ERROR
  }
}

function errorCode(value: unknown): string | undefined {
  if (typeof value !== 'object') return undefined
  const code = readProperty(value, 'code')
  return typeof code === 'number' ? String(code) : readText(value, 'code')
}

/** The block ` {\n  [cause]: …\n}` that Node prints behind a stack. Empty without causes. */
function causeBlock(value: unknown, seen: unknown[], causes: Cause[], depth: number): string {
  if (typeof value !== 'object' || value === null) return ''
  const entries: string[] = []
  const cause = readProperty(value, 'cause')
  if (cause !== undefined) entries.push(`\n  [cause]: ${indent(causeText(cause, seen, causes, depth), '  ')}`)
  const errors = readProperty(value, 'errors')
  if (isError(value) && isList(errors)) {
    const items = firstItems(errors).map(
      (item) => `\n    ${indent(causeText(item, seen, causes, depth), '    ')}`,
    )
    entries.push(`\n  [errors]: [${items.join(',')}\n  ]`)
  }
  return entries.length === 0 ? '' : ` {${entries.join(',')}\n}`
}

function causeText(value: unknown, seen: unknown[], causes: Cause[], depth: number): string {
  if (typeof value === 'object' && value !== null) {
    if (seen.includes(value)) return '[Circular]'
    seen.push(value)
  }
  if (causes.length >= MAX_CAUSES || depth >= MAX_CAUSE_DEPTH) return '[…]'
  const cause = describeOne(value)
  if (cause.stack !== undefined) cause.stack = shorten(cause.stack, MAX_CAUSE_STACK)
  else if (!isError(value)) return otherText(value, cause, causes)
  causes.push(cause)
  const head = cause.stack ?? `[${cause.type}: ${shorten(cause.message, MAX_CAUSE_STACK)}]`
  return head + causeBlock(value, seen, causes, depth + 1)
}

/** A cause that is not an Error is described by its printed form. */
function otherText(value: unknown, cause: Cause, causes: Cause[]): string {
  const text = inspected(value)
  if (cause.message === UNKNOWN_ERROR) cause.message = text
  causes.push(cause)
  return text
}

function inspected(value: unknown): string {
  if (typeof value === 'symbol' || typeof value === 'bigint') return shorten(String(value), 1000)
  // A plain copy is inspected, because inspecting the value itself would run its code and print all of it.
  const text = inspect(toPlain(value), { depth: 3, maxArrayLength: 20, maxStringLength: 1000 })
  return shorten(text, 2000)
}

function isList(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

function firstItems(list: unknown[]): unknown[] {
  const length = readProperty(list, 'length')
  const count = typeof length === 'number' ? Math.min(length, MAX_CAUSES + 1) : 0
  return Array.from({ length: count }, (_, index) => readProperty(list, String(index)))
}

function indent(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`)
}
