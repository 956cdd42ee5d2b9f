import { MAX_FRAMES, MAX_LINE_LENGTH, parseLocation, type StackFrame } from './stack-frame.js'

/** A line with the place of a call: ` \t/path/file.go:12 +0x1d`. */
const PLACE = /^\t\S.*\.go:\d+(?: \+0x[\da-f]+)?$/

/**
 * True for the format of `debug.Stack()`, which `RecordError` records, and of zap and pkg/errors, which write the same
 * without a goroutine and without arguments.
 */
export function isGoStack(stack: string): boolean {
  if (/^goroutine \d+ \[/.test(stack)) return true
  if (!stack.includes('.go:')) return false
  const head = stack.slice(0, 4 * MAX_LINE_LENGTH).split('\n', MAX_FRAMES)
  return head.some((line) => line.length < MAX_LINE_LENGTH && PLACE.test(line))
}

/** A call in a package of the standard library, which calls the application or is called by it. */
const STANDARD_CALL =
  /^(?:archive|bufio|compress|container|context|crypto|database|encoding|errors|fmt|go|hash|html|image|internal|io|iter|log|maps|math|mime|net|os|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|sync|syscall|testing|text|time|unicode)[./]|^panic\(/

/** A file of a dependency: in the module cache, vendored, or as `-trimpath` writes its path. */
const DEPENDENCY = /\/pkg\/mod\/|(?:^|\/)vendor\/|@v\d/

/** A frame takes two lines: the function and its arguments, then ` \t/path/file.go:12 +0x1d`. */
export function firstGoFrame(stack: string): StackFrame | undefined {
  const lines = stack.slice(0, MAX_FRAMES * MAX_LINE_LENGTH).split('\n', 2 * MAX_FRAMES)
  let library: StackFrame | undefined
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('\t') || line.length > MAX_LINE_LENGTH) continue
    const frame = parseLocation(line.slice(1).replace(/ \+0x[\da-f]+$/, ''))
    if (frame === undefined) continue
    const call = (lines[index - 1] ?? '').replace(/^created by | in goroutine \d+$/g, '')
    const name = call.endsWith(')') ? call.slice(0, call.lastIndexOf('(')) : call
    if (name !== '') frame.function = name
    if (!STANDARD_CALL.test(call) && !DEPENDENCY.test(frame.file)) return frame
    library ??= frame
  }
  return library
}
