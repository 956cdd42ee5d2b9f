import { isLevel, type Level } from '../wire/level.js'
import type { Log } from '../wire/log.js'
import { printable } from './terminal-text.js'

const COLORS: Readonly<Record<Level | 'quiet' | 'name', string>> = {
  debug: '2',
  info: '34',
  warn: '33',
  error: '31',
  fatal: '41;97',
  quiet: '2',
  name: '1',
}

/** Formats a log as one line for a terminal. */
export function formatLog(log: Log, hasColor: boolean): string {
  const paint = (color: keyof typeof COLORS, text: string) =>
    hasColor && text !== '' ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text
  const { error, trace, service, request_id } = log
  const level = String(log.level)
  const parts = [
    paint('quiet', clock(log.timestamp)),
    `${paint(isLevel(level) ? level : 'quiet', printable(level.toUpperCase()))}${' '.repeat(Math.max(0, 5 - level.length))}`,
    paint('name', shown(service)),
    shown(log.message),
    paint('error', error === undefined ? '' : shown(errorText(log))),
    paint('quiet', trace?.trace_id === undefined ? '' : `trace=${shown(trace.trace_id)}`),
    paint('quiet', request_id === undefined ? '' : `request=${shown(request_id)}`),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** The error's type, and its message when the log's message does not contain it. */
function errorText({ error, message }: Log): string {
  const { type, message: own } = error ?? {}
  return own === undefined || own === message ? `${type}` : `${type}: ${own}`
}

/** An address that somebody typed may send values of any type. */
function shown(value: unknown): string {
  return value === undefined || value === null ? '' : printable(String(value))
}

function clock(timestamp: unknown): string {
  const time = new Date(String(timestamp))
  if (Number.isNaN(time.getTime())) return shown(timestamp)
  const digits = (number: number, length = 2) => String(number).padStart(length, '0')
  const day = `${digits(time.getHours())}:${digits(time.getMinutes())}:${digits(time.getSeconds())}`
  return `${day}.${digits(time.getMilliseconds(), 3)}`
}
