export interface StackFrame {
  file: string
  line: number
  column?: number
  function?: string
}

/** Bounds of the search. Stacks of real programs are much shorter. */
const MAX_LINES = 20_000
const MAX_FRAMES = 200
const MAX_LINE_LENGTH = 4096

const OWN_PACKAGE = '/@lognitor/opentelemetry/'

/**
 * The first frame of the application in a stack: not one of Node, of a package in `node_modules`, or of this package.
 * Reads V8 stacks (ES modules, async, eval, Windows paths), and stacks of Java, .NET and Go. In a Python traceback it
 * is the last entry, because there the innermost call stands last. Takes time linear in the length of the stack.
 */
export function applicationFrame(stack: string): StackFrame | undefined {
  if (isPythonTraceback(stack)) return lastPythonFrame(stack)
  return isGoStack(stack) ? firstGoFrame(stack) : firstFrame(stack)
}

function firstFrame(stack: string): StackFrame | undefined {
  let start = 0
  let frames = 0
  for (let lines = 0; lines < MAX_LINES && frames < MAX_FRAMES && start < stack.length; lines++) {
    const newline = stack.indexOf('\n', start)
    const end = newline === -1 ? stack.length : newline
    const at = skipBlanks(stack, start, end)
    if (at > start && end - at < MAX_LINE_LENGTH && stack.startsWith('at ', at)) {
      frames++
      const frame = parseFrame(stack.slice(at + 3, end).trimEnd())
      if (frame !== undefined && isApplication(frame)) return frame
    }
    start = end + 1
  }
  return undefined
}

function skipBlanks(text: string, start: number, end: number): number {
  let index = start
  while (index < end && (text[index] === ' ' || text[index] === '\t')) index++
  return index
}

/** One line after its `at `: `fn (file:line:column)`, `file:line:column`, `fn(F.java:line)`, `fn() in file:line n`. */
function parseFrame(text: string): StackFrame | undefined {
  if (text.endsWith(')')) {
    const open = openingParenthesis(text)
    if (open === -1) return undefined
    const inner = text.slice(open + 1, -1)
    // A frame of eval code names the place of the eval: eval at fn (file:1:2), <anonymous>:3:4
    if (inner.startsWith('eval at ')) return evalOrigin(inner)
    return named(parseLocation(inner), text.slice(0, open))
  }
  const dotnet = text.lastIndexOf(':line ')
  if (dotnet !== -1) return dotnetFrame(text, dotnet)
  if (text.startsWith('eval at ')) return evalOrigin(text)
  return parseLocation(text.startsWith('async ') ? text.slice(6) : text)
}

/** The position of the parenthesis that the last character closes. Paths may contain parentheses too. */
function openingParenthesis(text: string): number {
  let depth = 0
  for (let index = text.length - 1; index >= 0; index--) {
    if (text[index] === ')') depth++
    else if (text[index] === '(' && --depth === 0) return index
  }
  return -1
}

function evalOrigin(text: string): StackFrame | undefined {
  const close = text.lastIndexOf('), ')
  const origin = close === -1 ? text : text.slice(0, close + 1)
  const open = origin.lastIndexOf(' (')
  return open === -1 ? undefined : parseLocation(origin.slice(open + 2, -1))
}

function dotnetFrame(text: string, colon: number): StackFrame | undefined {
  const start = text.lastIndexOf(' in ', colon)
  const line = Number(text.slice(colon + 6))
  if (start === -1 || !Number.isSafeInteger(line)) return undefined
  return named({ file: text.slice(start + 4, colon), line }, text.slice(0, start))
}

function named(frame: StackFrame | undefined, prefix: string): StackFrame | undefined {
  if (frame === undefined) return undefined
  let name = prefix.trim()
  if (name.startsWith('async ')) name = name.slice(6)
  if (name !== '') frame.function = name
  return frame
}

/** `file:line:column` or `file:line`, read from the end, because the file may contain colons. */
function parseLocation(text: string): StackFrame | undefined {
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

function isApplication(frame: StackFrame): boolean {
  const { file } = frame
  if (file.startsWith('node:') || file.startsWith('internal/') || file === 'native' || file === '<anonymous>')
    return false
  const path = file.includes('\\') ? file.replaceAll('\\', '/') : file
  if (path.includes('/node_modules/') || path.includes(OWN_PACKAGE)) return false
  return !(file.endsWith('.java') && isJavaLibrary(frame.function))
}

function isJavaLibrary(name: string | undefined): boolean {
  return name !== undefined && ['java.', 'javax.', 'jdk.', 'sun.'].some((prefix) => name.startsWith(prefix))
}

function isPythonTraceback(stack: string): boolean {
  return stack.startsWith('Traceback (most recent call last)') || stack.startsWith('  File "')
}

function lastPythonFrame(stack: string): StackFrame | undefined {
  let end = stack.length
  let innermost: StackFrame | undefined
  for (let frames = 0; frames < MAX_FRAMES && end > 0; frames++) {
    const start = stack.lastIndexOf('  File "', end - 1)
    if (start === -1) break
    const newline = stack.indexOf('\n', start)
    const line = stack.slice(
      start + 8,
      Math.min(newline === -1 ? stack.length : newline, start + MAX_LINE_LENGTH),
    )
    const frame = parsePythonFrame(line)
    if (frame !== undefined) {
      if (!frame.file.includes('site-packages') && !frame.file.startsWith('<frozen ')) return frame
      innermost ??= frame
    }
    end = start
  }
  return innermost
}

/** Parses `app.py", line 3, in fn`. */
function parsePythonFrame(text: string): StackFrame | undefined {
  const quote = text.indexOf('", line ')
  if (quote <= 0) return undefined
  const rest = text.slice(quote + 8)
  const comma = rest.indexOf(', in ')
  const line = Number(comma === -1 ? rest : rest.slice(0, comma))
  if (!Number.isSafeInteger(line)) return undefined
  const frame: StackFrame = { file: text.slice(0, quote), line }
  if (comma !== -1) frame.function = rest.slice(comma + 5)
  return frame
}

/** True for the format of `debug.Stack()`, which `RecordError` records. */
function isGoStack(stack: string): boolean {
  return /^goroutine \d+ \[/.test(stack)
}

/** Paths of modules that are not the application: Go's own, dependencies, and the recorder of the exception. */
const GO_LIBRARY = /\/src\/(runtime|net|internal|testing)\/|\/go\/src\/|\/pkg\/mod\/|\/vendor\//

/** A frame takes two lines: the function and its arguments, then ` \t/path/file.go:12 +0x1d`. */
function firstGoFrame(stack: string): StackFrame | undefined {
  const lines = stack.slice(0, MAX_FRAMES * MAX_LINE_LENGTH).split('\n', 2 * MAX_FRAMES)
  let library: StackFrame | undefined
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('\t') || line.length > MAX_LINE_LENGTH) continue
    const frame = parseLocation(line.slice(1).replace(/ \+0x[\da-f]+$/, ''))
    if (frame === undefined) continue
    const call = (lines[index - 1] ?? '').replace(/^created by /, '')
    const open = call.lastIndexOf('(')
    if (open > 0) frame.function = call.slice(0, open)
    const { file } = frame
    if (!GO_LIBRARY.test(file) && !call.startsWith('runtime') && !call.startsWith('panic(')) return frame
    library ??= frame
  }
  return library
}
