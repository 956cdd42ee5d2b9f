import { MAX_FRAMES, MAX_LINE_LENGTH, type StackFrame } from './stack-frame.js'

export function isPythonTraceback(stack: string): boolean {
  return stack.startsWith('Traceback (most recent call last)') || stack.startsWith('  File "')
}

/** The innermost call of the application, which stands last. */
export function lastPythonFrame(stack: string): StackFrame | undefined {
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
