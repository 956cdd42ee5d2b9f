import { MAX_FRAMES, MAX_LINE_LENGTH, parseLocation, type StackFrame } from './stack-frame.js'

/** The first line is `file:line:in 'method': message (Type)`, with a backtick before Ruby 3.4. */
const CALL = /^(.+:\d+):in ['`](.+?)'/

/** A file of a gem or of Ruby itself. */
const LIBRARY = /\/gems\/|\/lib\/ruby\/|^<internal:/

/** True for the format of `full_message`, which `record_exception` records. */
export function isRubyStack(stack: string): boolean {
  const line = firstLine(stack)
  return line.includes(':in ') && CALL.test(line)
}

/** The first call outside of gems and of Ruby itself, else the first of all. */
export function firstRubyFrame(stack: string): StackFrame | undefined {
  let library: StackFrame | undefined
  for (const line of stack.slice(0, MAX_FRAMES * MAX_LINE_LENGTH).split('\n', MAX_FRAMES)) {
    const call = line.startsWith('\tfrom ') ? line.slice(6) : line
    const [, location, name] = (call.length < MAX_LINE_LENGTH && CALL.exec(call)) || []
    const frame = location === undefined ? undefined : parseLocation(location)
    if (frame === undefined) continue
    if (name !== undefined) frame.function = name
    if (!LIBRARY.test(frame.file)) return frame
    library ??= frame
  }
  return library
}

function firstLine(stack: string): string {
  const newline = stack.indexOf('\n')
  return stack.slice(0, Math.min(newline === -1 ? stack.length : newline, MAX_LINE_LENGTH))
}
