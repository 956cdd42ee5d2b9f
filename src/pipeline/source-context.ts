import { readFileSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hideKey } from '../config/hide-key.js'
import type { ErrorDetail } from '../wire/log.js'

const LINES_EACH_WAY = 5
const MOST_LINE_LENGTH = 300
const MOST_FILE_BYTES = 2 * 1024 * 1024
const MOST_PLACES = 200
/** PATH_MAX of Linux. */
const MOST_PATH_LENGTH = 4096

/** A stack is only text and may name any file. Lines of files that are no program must not be sent. */
const PROGRAM = /\.(?:[cm]?[jt]sx?|vue|svelte)$/i
const LINE_END = /\r\n|[\n\r\u2028\u2029]/g

type SourceLines = Pick<ErrorDetail, 'context_line' | 'pre_context' | 'post_context'>

/**
 * Adds to an error the source line at `filename` and `line_number`, with five lines before and after, if the file
 * belongs to the application and is readable. The last 200 places are cached. Lines are cut at 300 characters; files
 * over 2 MiB and special files are skipped. Reads synchronously, since the process may be about to end. Never throws.
 * @param secret the API key, which often stands in the lines that create a client; replaced by `***`
 */
export function createSourceContext(secret: () => string | undefined = () => undefined) {
  const places = new Map<string, SourceLines | undefined>()
  let hidden: string | undefined
  return (error: ErrorDetail): void => {
    // The cached lines hide the former key only.
    if (hidden !== secret()) places.clear()
    hidden = secret()
    const { filename, line_number: line } = error
    if (filename === undefined || line === undefined || error.context_line !== undefined) return
    if (filename.length > MOST_PATH_LENGTH) return
    const position = `${filename}:${line}`
    const isKnown = places.has(position)
    const lines = isKnown ? places.get(position) : readLines(filename, line, hidden)
    if (isKnown) places.delete(position)
    else if (places.size >= MOST_PLACES) places.delete(places.keys().next().value as string)
    places.set(position, lines)
    if (lines === undefined) return
    error.context_line = lines.context_line ?? ''
    error.pre_context = [...(lines.pre_context ?? [])]
    error.post_context = [...(lines.post_context ?? [])]
  }
}

function readLines(filename: string, line: number, hidden: string | undefined): SourceLines | undefined {
  try {
    const path = filename.startsWith('file://') ? fileURLToPath(filename) : filename
    if (!isAbsolute(path) || !PROGRAM.test(path) || /[\\/]node_modules[\\/]/.test(path)) return undefined
    // Checked before the file is opened: opening a named pipe would block until somebody writes to it.
    const { size, isFile } = describeFile(path)
    if (!isFile || size > MOST_FILE_BYTES) return undefined
    return linesAround(readFileSync(path, 'utf8'), line, (text) => cut(hideKey(text, hidden)))
  } catch {
    // The file is missing or unreadable; the error keeps its file name and line number.
    return undefined
  }
}

function describeFile(path: string): { size: number; isFile: boolean } {
  const stats = statSync(path)
  return { size: stats.size, isFile: stats.isFile() }
}

function linesAround(text: string, line: number, tidy: (line: string) => string): SourceLines | undefined {
  const first = Math.max(1, line - LINES_EACH_WAY)
  const taken: string[] = []
  let start = text.startsWith('\ufeff') ? 1 : 0
  for (let number = 1; number <= line + LINES_EACH_WAY && start <= text.length; number++) {
    LINE_END.lastIndex = start
    const end = LINE_END.exec(text)
    if (number >= first) taken.push(tidy(text.slice(start, end?.index ?? text.length)))
    if (end === null) break
    start = LINE_END.lastIndex
  }
  const index = line - first
  const context = taken[index]
  if (context === undefined) return undefined
  return { context_line: context, pre_context: taken.slice(0, index), post_context: taken.slice(index + 1) }
}

function cut(line: string): string {
  if (line.length <= MOST_LINE_LENGTH) return line
  // Does not cut a surrogate pair in half.
  const end = /[\ud800-\udbff]/.test(line.charAt(MOST_LINE_LENGTH - 1))
    ? MOST_LINE_LENGTH - 1
    : MOST_LINE_LENGTH
  return line.slice(0, end)
}
