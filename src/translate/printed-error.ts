import { isBuiltinErrorName } from './error-type.js'

/** An error that was printed as part of a text. */
export interface PrintedError {
  /** The text without the stack frames. */
  readonly text: string
  /** Absent where the error has no message. */
  readonly message?: string | undefined
  /** Header, frames, and what Node prints behind them: own properties and causes. */
  readonly stack: string
  /** Header and frames alone. */
  readonly ownStack: string
}

const FIRST_FRAME = '\n    at '
const FRAME = /^ {4}(?:at |\.\.\. \d+ lines matching )/
/** Matches `TypeError: message`, `Error [CODE]: message` and `CardError`, at the start or after white space. */
const HEADER = /(?<=^|\s)([A-Z][\w$.]{0,250})(?: \[[^\]\n]{1,250}\])?(?::\s|$)/g
const MAX_HEADER = 8192

/**
 * Finds the first error in what console printed, as `console.error('saving failed', error)` does, where only the text
 * of the error is left. An error inside of an object or a list is indented and not found.
 */
export function printedError(text: string): PrintedError | undefined {
  const frames = text.indexOf(FIRST_FRAME)
  if (frames === -1 || frames > MAX_HEADER) return undefined
  const head = text.slice(0, frames)
  const start = headerStart(head)
  if (start === undefined) return undefined
  const framesEnd = endOfFrames(text, frames)
  const end = endOfDetails(text, framesEnd)
  const header = head.slice(start)
  const colon = header.indexOf(': ')
  const rest = text.slice(end).trim()
  const message = (colon !== -1 && header.slice(colon + 2)) || undefined
  const isAlone = start === 0 && rest === ''
  return {
    text: (isAlone && message) || `${head.trim()} ${rest}`.trim(),
    message,
    stack: text.slice(start, end),
    ownStack: text.slice(start, framesEnd),
  }
}

/** Where the error's text begins: at the first name of a known error class, else at the first name that may be one. */
function headerStart(head: string): number | undefined {
  const names = [...head.matchAll(HEADER)].map(({ 1: name = '', index }) => ({ name, index }))
  const certain = names.find(({ name }) => isBuiltinErrorName(name) || /(?:Error|Exception)$/.test(name))
  const { name, index } = certain ?? names[0] ?? {}
  return name === 'Trace' ? undefined : index
}

function endOfFrames(text: string, start: number): number {
  let end = start
  while (FRAME.test(text.slice(end + 1, end + 40))) {
    const next = text.indexOf('\n', end + 1)
    if (next === -1) return closingBrace(text, text.length)
    end = next
  }
  return closingBrace(text, end)
}

/** ` {` at the end of the last frame belongs to the properties that follow. */
function closingBrace(text: string, end: number): number {
  return text.endsWith(' {', end) ? end - 2 : end
}

/** Matches ` {\n  code: 'E_X',\n  [cause]: ...\n}` up to the brace on a line of its own. */
function endOfDetails(text: string, start: number): number {
  if (!text.startsWith(' {\n', start)) return start
  const close = /\n\}(?=\s|$)/g
  close.lastIndex = start
  return close.test(text) ? close.lastIndex : start
}
