import type { Log } from '../../../../wire/log.js'

const LONGEST = 8000

/** A log as text with everything that helps to explain it, for a language model. */
export function promptOf(log: Log): string {
  const { error, breadcrumbs, request } = log
  const parts = [
    `A ${log.level} log of ${log.service ?? 'a service'}${log.version ? `, version ${log.version}` : ''}, written ${log.timestamp}:`,
    fenced(log.message),
    error && `Error ${error.type}: ${error.message}`,
    error?.stack && `Stack:\n${fenced(error.stack)}`,
    error?.context_line !== undefined &&
      `Source of ${error.filename ?? 'the error'}, line ${error.line_number ?? '?'}:\n${fenced(sourceOf(error))}`,
    request &&
      `Request: ${request.method ?? ''} ${request.path ?? request.url ?? ''} answered ${request.status_code ?? '?'}`,
    breadcrumbs &&
      breadcrumbs.length > 0 &&
      `What happened before:\n${breadcrumbs
        .slice(-30)
        .map(({ timestamp, category, message }) => `- ${timestamp} ${category ?? ''} ${message}`)
        .join('\n')}`,
    log.metadata && `Metadata:\n${fenced(JSON.stringify(log.metadata, null, 2))}`,
    'Explain the most likely cause, and how to fix it.',
  ]
  return parts.filter((part) => typeof part === 'string').join('\n\n')
}

function sourceOf(error: NonNullable<Log['error']>): string {
  const mark = (lines: readonly string[] = []) => lines.map((line) => `  ${line}`)
  return [...mark(error.pre_context), `> ${error.context_line}`, ...mark(error.post_context)].join('\n')
}

/** The fence is longer than any in the text, so that a foreign text cannot end it. */
function fenced(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  const longest = Math.max(2, ...(cut.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${cut}\n${fence}`
}
