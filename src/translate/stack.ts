import { firstGoFrame, isGoStack } from './go-stack.js'
import { jvmLibraryOf } from './jvm-libraries.js'
import { isPythonTraceback, lastPythonFrame } from './python-stack.js'
import { firstRubyFrame, isRubyStack } from './ruby-stack.js'
import { MAX_FRAMES, MAX_LINE_LENGTH, MAX_LINES, parseLocation, type StackFrame } from './stack-frame.js'

export type { StackFrame } from './stack-frame.js'

const OWN_PACKAGE = '/@lognitor/opentelemetry/'

/**
 * The first frame of the application in a stack: not one of Node, of a package in `node_modules`, or of this package.
 * Reads V8 stacks (ES modules, async, eval, Windows paths), and stacks of Java, .NET, Rust, Go and Ruby. In Java it may
 * be one of a cause; where frameworks alone are left, it is the first of theirs. In a Python traceback it is the last
 * entry, because there the innermost call stands last. Takes time linear in the length of the stack.
 */
export function applicationFrame(stack: string): StackFrame | undefined {
  if (isPythonTraceback(stack)) return lastPythonFrame(stack)
  if (isRubyStack(stack)) return firstRubyFrame(stack)
  return isGoStack(stack) ? firstGoFrame(stack) : firstFrame(stack)
}

function firstFrame(stack: string): StackFrame | undefined {
  let start = 0
  let frames = 0
  let framework: StackFrame | undefined
  for (let lines = 0; lines < MAX_LINES && frames < MAX_FRAMES && start < stack.length; lines++) {
    const newline = stack.indexOf('\n', start)
    const end = newline === -1 ? stack.length : newline
    const at = skipBlanks(stack, start, end)
    if (at > start && end - at < MAX_LINE_LENGTH && stack.startsWith('at ', at)) {
      frames++
      const frame = parseFrame(stack.slice(at + 3, end).trimEnd())
      if (frame !== undefined && isApplication(frame)) {
        const library = jvmLibraryOf(frame)
        if (library === undefined) return frame
        if (library === 'framework') framework ??= frame
      }
    }
    start = end + 1
  }
  return framework
}

function skipBlanks(text: string, start: number, end: number): number {
  let index = start
  while (index < end && (text[index] === ' ' || text[index] === '\t')) index++
  return index
}

/** One line after its `at `: `fn (file:line:column)`, `file:line:column`, `fn(F.java:line)`, `fn() in file:line n`. */
function parseFrame(line: string): StackFrame | undefined {
  const text = withoutJar(line)
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

/** The frame without what Logback and Log4j add: `com.shop.Pay.go(Pay.java:42) ~[shop.jar:1.0]`. */
function withoutJar(line: string): string {
  if (!line.endsWith(']')) return line
  const end = Math.max(line.lastIndexOf(') ['), line.lastIndexOf(') ~['))
  return end === -1 ? line : line.slice(0, end + 1)
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

function isApplication(frame: StackFrame): boolean {
  const { file } = frame
  if (file.startsWith('node:') || file.startsWith('internal/') || file === 'native' || file === '<anonymous>')
    return false
  const path = file.includes('\\') ? file.replaceAll('\\', '/') : file
  // Rust's standard library and its crates.
  if (path.startsWith('/rustc/') || path.includes('/.cargo/registry/')) return false
  return !path.includes('/node_modules/') && !path.includes(OWN_PACKAGE)
}
