export interface StackFrame {
  file: string
  line: number
  column?: number
  function?: string
}

/** Bounds of the search. Stacks of real programs are much shorter. */
export const MAX_LINES = 20_000
export const MAX_FRAMES = 200
export const MAX_LINE_LENGTH = 4096

/** `file:line:column` or `file:line`, read from the end, because the file may contain colons. */
export function parseLocation(text: string): StackFrame | undefined {
  const last = numberAtEnd(text, text.length)
  if (last === undefined) return undefined
  const before = numberAtEnd(text, last.colon)
  const file = filePath(text.slice(0, (before ?? last).colon))
  if (file === '') return undefined
  return before === undefined ? { file, line: last.value } : { file, line: before.value, column: last.value }
}

function numberAtEnd(text: string, end: number): { value: number; colon: number } | undefined {
  let start = end
  while (start > 0 && isDigit(text.charCodeAt(start - 1))) start--
  if (start === end || end - start > 9 || text[start - 1] !== ':') return undefined
  return { value: Number(text.slice(start, end)), colon: start - 1 }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function filePath(text: string): string {
  if (!text.startsWith('file://')) return text
  let path = text.slice(7)
  try {
    path = decodeURIComponent(path)
  } catch {
    // Not a valid URL; the text as it stands still tells the file.
  }
  return path[0] === '/' && path[2] === ':' ? path.slice(1) : path
}
