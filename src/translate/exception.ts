import type { ErrorDetail } from '../wire/log.js'
import { isBuiltinErrorName } from './error-type.js'
import { locate, UNKNOWN_ERROR } from './thrown.js'

export interface AttributedException {
  error: ErrorDetail
  /** The error's `code`, where the attributes carried it in the place of the type. */
  code?: string
}

/**
 * The error that `exception.type`, `exception.message` and `exception.stacktrace` describe.
 *
 * OpenTelemetry's JavaScript SDK writes an error's `code` as its type. Where the stack's first line names the class,
 * the class is the type and the written value is the code. A name that was set after construction (`this.name =
 * 'OrderError'`) is not taken for a code, although the stack still says `Error`.
 */
export function exceptionFromAttributes(
  type: string | undefined,
  message: string | undefined,
  stack: string | undefined,
): AttributedException {
  const header = stack === undefined ? undefined : stackHeader(stack)
  const named = header?.type
  const isCode = type !== undefined && named !== undefined && isCodeInPlaceOfType(type, named)
  const error: ErrorDetail = {
    type: (isCode ? named : (type ?? named)) ?? 'Error',
    message: message ?? header?.message ?? UNKNOWN_ERROR,
  }
  if (stack !== undefined) {
    error.stack = stack
    locate(error, stack)
  }
  return isCode ? { error, code: type } : { error }
}

function isCodeInPlaceOfType(type: string, named: string): boolean {
  if (lastSegment(type) === lastSegment(named)) return false
  return !(isBuiltinErrorName(named) && looksLikeClass(type))
}

/** `java.lang.IllegalStateException` and `IllegalStateException` name one class. */
function lastSegment(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('\\')) + 1)
}

function looksLikeClass(name: string): boolean {
  if (identifierEnd(name) !== name.length) return false
  const first = name[0] as string
  const capital = first !== first.toLowerCase()
  return (capital && name !== name.toUpperCase()) || name.endsWith('Error') || name.endsWith('Exception')
}

/** Parses `TypeError: message`, `Error [CODE]: message` or `TypeError` alone. */
function stackHeader(stack: string): { type?: string; message?: string } {
  const newline = stack.indexOf('\n')
  const line = (newline === -1 ? stack : stack.slice(0, newline)).trimEnd()
  const end = identifierEnd(line)
  const type = line.slice(0, end)
  const first = lastSegment(type)[0]
  if (first === undefined || first === first.toLowerCase()) return {}
  if (end === line.length) return { type }
  const colon = line.startsWith(' [', end) ? line.indexOf(']: ', end) + 1 : end
  if (colon === 0 || !line.startsWith(':', colon)) return {}
  const message = line.slice(colon + 1).trim()
  return message === '' ? { type } : { type, message }
}

function identifierEnd(text: string): number {
  let end = 0
  while (end < text.length && end < 256 && isIdentifier(text.charCodeAt(end))) end++
  return end
}

/**
 * Accepts letters, digits, `$`, `_`, the separators `.` and `\` between package and class, and any letter beyond ASCII.
 */
function isIdentifier(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 36 ||
    code === 95 ||
    code === 46 ||
    code === 92 ||
    code > 127
  )
}
