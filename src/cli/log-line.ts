import type { Level } from '../wire/level.js'
import type { Log } from '../wire/log.js'

const COLORS: Readonly<Record<Level | 'quiet' | 'name', string>> = {
  debug: '2',
  info: '34',
  warn: '33',
  error: '31',
  fatal: '41;97',
  quiet: '2',
  name: '1',
}

/** A log as one line of a terminal. */
export function formatLog(log: Log, hasColor: boolean): string {
  const paint = (color: keyof typeof COLORS, text: string) =>
    hasColor ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text
  const parts = [
    paint('quiet', plain(clock(log.timestamp))),
    `${paint(log.level, log.level.toUpperCase())}${' '.repeat(5 - log.level.length)}`,
    log.service === undefined ? '' : paint('name', plain(log.service)),
    plain(log.message),
    log.error === undefined || log.error.message === log.message
      ? ''
      : paint('error', plain(`${log.error.type}: ${log.error.message}`)),
    log.trace === undefined ? '' : paint('quiet', plain(`trace=${log.trace.trace_id}`)),
    log.request_id === undefined ? '' : paint('quiet', plain(`request=${log.request_id}`)),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** Logs are foreign: left as they are, their control characters would steer the terminal. */
function plain(text: string): string {
  return text
    .replace(/\r?\n/g, ' ↵ ')
    .replaceAll('\t', ' ')
    .replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function clock(timestamp: string): string {
  const time = new Date(timestamp)
  const digits = (number: number, length = 2) => String(number).padStart(length, '0')
  const day = `${digits(time.getHours())}:${digits(time.getMinutes())}:${digits(time.getSeconds())}`
  return `${day}.${digits(time.getMilliseconds(), 3)}`
}
