import { isLevel, LEVELS } from '../../wire/level.js'

/** What is wrong with a value: the path of the field (`error.type`) and the reason. */
export interface Problem {
  field: string
  code: 'required' | 'type' | 'value' | 'too_deep' | 'log_too_large' | 'too_many' | 'fault'
  message: string
}

/** Checks one value; undefined when the value is valid. The field of a problem is relative to the value. */
export type Check = (value: unknown) => Problem | undefined

export const text: Check = (value) => (typeof value === 'string' ? undefined : wrongType('a string', value))

export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : wrongType('a boolean', value))

export const amount: Check = (value) => (typeof value === 'number' ? undefined : wrongType('a number', value))

export const whole: Check = (value) =>
  Number.isSafeInteger(value) ? undefined : wrongType('a whole number', value)

export const object: Check = (value) => (isObject(value) ? undefined : wrongType('an object', value))

export const level: Check = (value) =>
  isLevel(value) ? undefined : { field: '', code: 'value', message: `must be one of ${LEVELS.join(', ')}` }

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

export const timestamp: Check = (value) => {
  if (typeof value !== 'string') return wrongType('an ISO 8601 string', value)
  if (value.length <= 40 && ISO.test(value) && !Number.isNaN(Date.parse(value))) return undefined
  return { field: '', code: 'value', message: 'must be an ISO 8601 time with its zone' }
}

/** Accepts null as well, which the official clients write for unknown values. */
export function orNull(check: Check): Check {
  return (value) => (value === null ? undefined : check(value))
}

/** A list whose items all pass the check. */
export function listOf(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return wrongType('a list', value)
    for (let index = 0; index < value.length; index++) {
      const problem = check(value[index])
      if (problem !== undefined) return within(`${index}`, problem)
    }
    return undefined
  }
}

/** An object whose values all pass the check, whatever its keys. */
export function valuesOf(check: Check): Check {
  return (value) => {
    if (!isObject(value)) return wrongType('an object', value)
    for (const key of Object.keys(value)) {
      const problem = check(value[key])
      if (problem !== undefined) return within(key, problem)
    }
    return undefined
  }
}

/** An object with these fields. All but the required ones are optional, and unknown ones are accepted. */
export function shape(fields: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  const checks = new Map(Object.entries(fields))
  return (value) => {
    if (!isObject(value)) return wrongType('an object', value)
    for (const name of required) {
      if (!Object.hasOwn(value, name)) return { field: name, code: 'required', message: 'is required' }
    }
    for (const name of Object.keys(value)) {
      const problem = checks.get(name)?.(value[name])
      if (problem !== undefined) return within(name, problem)
    }
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function within(name: string, problem: Problem): Problem {
  const place = name.length > 100 ? `${name.slice(0, 100)}…` : name
  return { ...problem, field: problem.field === '' ? place : `${place}.${problem.field}` }
}

function wrongType(expected: string, value: unknown): Problem {
  return { field: '', code: 'type', message: `must be ${expected}, not ${nameOf(value)}` }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
