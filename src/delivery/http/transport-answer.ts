import type { TransportAnswer } from '../../wire/transport.js'

export interface CheckedAnswer {
  readonly answer: TransportAnswer
  /** What is wrong with the answer's headers or body, although its status counts. */
  readonly fault?: string
}

/**
 * Checks what a transport returned. A transport is the application's own, and types do not hold at run time. Headers or
 * a body of another shape are converted, or left out and named in `fault`.
 * @throws TypeError when there is no valid status
 */
export function checkAnswer(given: unknown): CheckedAnswer {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`send() resolved to ${named(given)} and not to { status, headers, body }`)
  const { status } = given as Partial<Record<keyof TransportAnswer, unknown>>
  if (!Number.isInteger(status) || (status as number) < 100 || (status as number) > 999)
    throw new TypeError(
      `send() resolved to an answer whose status is ${named(status)} and not an HTTP status`,
    )
  const headers = readField(given, 'headers')
  const body = readField(given, 'body')
  const faults = [
    ...(isPlain(headers) ? [] : [`headers are ${named(headers)} and not an object of header values`]),
    ...(typeof body === 'string' ? [] : [`body is ${named(body)} and not a string`]),
  ]
  const answer = { status: status as number, headers: readHeaders(headers), body: readBody(body) }
  if (faults.length === 0) return { answer }
  return {
    answer,
    fault: `send() resolved to an answer whose ${faults.join(', and whose ')}`,
  }
}

/** A getter that throws leaves the field out. */
function readField(answer: object, field: keyof TransportAnswer): unknown {
  try {
    return (answer as Partial<Record<keyof TransportAnswer, unknown>>)[field]
  } catch {
    return undefined
  }
}

/** An object whose values can all be read. */
function isPlain(headers: unknown): headers is TransportAnswer['headers'] {
  if (typeof headers !== 'object' || headers === null) return false
  try {
    return !(Symbol.iterator in headers) && Object.values(headers).length >= 0
  } catch {
    return false
  }
}

/** Accepts a plain object, a `Headers`, and other lists of pairs. */
function readHeaders(headers: unknown): TransportAnswer['headers'] {
  if (isPlain(headers)) return headers
  try {
    return Object.fromEntries(headers as Iterable<[string, string]>)
  } catch {
    return {}
  }
}

/** Accepts text, bytes, and a parsed value. */
function readBody(body: unknown): string {
  if (typeof body === 'string') return body
  try {
    if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()
    return JSON.stringify(body) ?? ''
  } catch {
    return ''
  }
}

function named(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'object') return Object.prototype.toString.call(value)
  return `a ${typeof value}`
}
