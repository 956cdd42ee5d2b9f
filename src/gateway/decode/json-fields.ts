import type { HrTime } from '../../translate/otel.js'
import { DecodeError } from './decode-error.js'

export type JsonObject = Readonly<Record<string, unknown>>

/** Reads a field with `read`. An error names the field; a correct value pays nothing for that. */
export function field<T>(owner: JsonObject | undefined, name: string, read: (value: unknown) => T): T {
  try {
    return read(owner?.[name])
  } catch (error) {
    throw within(error, name)
  }
}

export function within(error: unknown, part: string): unknown {
  return error instanceof DecodeError ? error.within(part) : error
}

// How OTLP/JSON writes its fields. A null counts as an absent field; a value of another kind is an error.

export function object(value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object' && !Array.isArray(value)) return value as JsonObject
  throw new DecodeError('An object was expected.')
}

const NOTHING: readonly unknown[] = []

export function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return NOTHING
  if (Array.isArray(value)) return value
  throw new DecodeError('A list was expected.')
}

export function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw new DecodeError('A string was expected.')
}

/** A 32-bit number or enum value: a number or a string of digits. */
export function integer(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const number = typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && Math.abs(number) <= 2 ** 32) return number
  throw new DecodeError('A whole number was expected.')
}

/** Nanoseconds since 1970, as a string of digits or a number. */
export function time(value: unknown): HrTime {
  if (value === undefined || value === null) return [0, 0]
  const isNumber = typeof value === 'number' && value >= 0 && value < 2 ** 64
  const digits = isNumber ? BigInt(Math.trunc(value)).toString() : value
  if (typeof digits !== 'string' || !/^\d{1,20}$/.test(digits)) throw new DecodeError('A time was expected.')
  return [Number(digits.slice(0, -9)), Number(digits.slice(-9))]
}

/** A 64-bit integer, as a string or a number; a bigint where a number could not hold it. */
export function exactInteger(value: unknown): number | bigint {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 64) return value
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) {
    throw new DecodeError('A whole number was expected.')
  }
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : BigInt(value)
}

export function double(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && value.trim() !== '') {
    const number = Number(value)
    if (!Number.isNaN(number) || value === 'NaN') return number
  }
  throw new DecodeError('A number was expected.')
}

/** Ids of traces have 32 digits, those of spans 16. */
const LONGEST_ID = 64

/** Ids are hex in either case, and not base64 as elsewhere in protobuf's JSON. Empty for what is too long for one. */
export function hexId(value: unknown): string {
  const id = text(value) ?? ''
  return id.length > LONGEST_ID ? '' : id.toLowerCase()
}
