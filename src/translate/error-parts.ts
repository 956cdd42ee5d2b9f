import { isError } from '../common/any-realm.js'
import type { ErrorDetail, Fields } from '../wire/log.js'
import { SECTION_BITS } from './attributes.js'
import type { Draft, Taken } from './draft.js'
import { exceptionFromAttributes } from './exception.js'
import { toPlain } from './plain.js'
import { describeThrown, type Thrown } from './thrown.js'

/** The sections of the attributes that an error is made of. */
const ERROR_BITS = SECTION_BITS.error | SECTION_BITS.parts

/** The fields that the client may set besides type, message and stack. */
const DETAILS = ['filename', 'line_number', 'context_line', 'pre_context', 'post_context'] as const

/**
 * The error of a draft's attributes: `exception.*`, else an `err` or `error` object of a log bridge, else a body that
 * is an Error. A type or a stack makes an error. A message alone does so only at severity error and above, because
 * winston writes other texts into that attribute.
 */
export function draftError(draft: Draft, severe: boolean, body?: Thrown): ErrorDetail | undefined {
  if (!draft.hasIn(ERROR_BITS)) return body === undefined ? undefined : noteThrown(draft, body)
  let error = attributedError(draft, severe)
  for (const key of ['err', 'error']) {
    const part = draft.claim('parts', key)
    if (part === undefined) continue
    if (error === undefined) error = bridgedError(draft, part, severe)
    else draft.release(part)
  }
  if (error === undefined && body !== undefined) error = noteThrown(draft, body)
  addDetails(draft, error)
  return error
}

function attributedError(draft: Draft, severe: boolean): ErrorDetail | undefined {
  const type = draft.claim('error', 'type')
  const message = draft.claim('error', 'message')
  const stack = draft.claim('error', 'stack')
  if (type === undefined && stack === undefined && !(message !== undefined && severe)) {
    draft.release(message)
    return undefined
  }
  const [typeText, messageText, stackText] = [type, message, stack].map(textOf)
  // A type given as lognitor.error.type is intended as the type, and is not an error code.
  const meant = type?.name.startsWith('lognitor.') === true
  const { error, code } = exceptionFromAttributes(meant ? undefined : typeText, messageText, stackText)
  if (meant && typeText !== undefined) error.type = typeText
  if (code !== undefined) draft.note('error.code', code)
  return error
}

function textOf(part: Taken | undefined): string | undefined {
  return part?.value as string | undefined
}

/** Reads `{ type | name, message, stack }` under `err` or `error`. The object's other properties stay in `metadata`. */
function bridgedError(draft: Draft, part: Taken, severe: boolean): ErrorDetail | undefined {
  const plain = toPlain(part.value)
  if (typeof plain !== 'object' || plain === null) {
    draft.release(part)
    return undefined
  }
  if (isError(part.value)) {
    keepRest(draft, part.name, plain as Fields, [
      'type',
      'name',
      'message',
      'stack',
      'cause',
      'errors',
      'code',
    ])
    return noteThrown(draft, describeThrown(part.value))
  }
  const { type, name, message, stack, code } = plain as Fields
  const [typeText, messageText, stackText] = [
    nonEmpty(type) ?? nonEmpty(name),
    nonEmpty(message),
    nonEmpty(stack),
  ]
  // A type alone is not enough here: `error: { type: 'validation' }` is plain data and not a failure.
  if (stackText === undefined && (messageText === undefined || (typeText === undefined && !severe))) {
    draft.release(part)
    return undefined
  }
  const made = exceptionFromAttributes(typeText, messageText, stackText)
  const known = [typeText === type ? 'type' : 'name', 'message', 'stack']
  const codeText = made.code ?? (typeof code === 'number' ? String(code) : nonEmpty(code))
  if (codeText !== undefined) {
    draft.note('error.code', codeText)
    if (String(code) === codeText) known.push('code')
  }
  keepRest(draft, part.name, plain as Fields, known)
  return made.error
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function keepRest(draft: Draft, name: string, plain: Fields, known: readonly string[]): void {
  const rest = Object.entries(plain).filter(([key]) => !known.includes(key))
  if (rest.length > 0) draft.keep(name, Object.fromEntries(rest))
}

function noteThrown(draft: Draft, thrown: Thrown): ErrorDetail {
  if (thrown.code !== undefined) draft.note('error.code', thrown.code)
  if (thrown.causes.length > 0) draft.note('error.causes', thrown.causes)
  return thrown.error
}

function addDetails(draft: Draft, error: ErrorDetail | undefined): void {
  for (const key of DETAILS) {
    const part = draft.claim('error', key)
    if (part === undefined) continue
    if (error === undefined) draft.release(part)
    else Object.assign(error, { [key]: part.value })
  }
}
