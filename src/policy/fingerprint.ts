import { builtin } from '../common/builtin.js'
import type { ErrorDetail, Log } from '../wire/log.js'
import { bareType } from './bare-type.js'

/**
 * The key that groups errors: hex SHA-256 of `type|normalised message|frame`, where type is the bare name of the type,
 * and frame is `file:line` of the first frame of the application, or empty. Without a frame it equals the fingerprint of the official client.
 */
export function fingerprintOf(error: ErrorDetail): string {
  const { type = 'Error', message = '', filename, line_number: line } = error
  const frame = filename === undefined ? '' : line === undefined ? filename : `${filename}:${line}`
  const key = `${type}|${message}|${frame}`
  const known = recent.get(key)
  if (known !== undefined) return known
  const hash = builtin('node:crypto')
    .createHash('sha256')
    .update(`${bareType(type)}|${normaliseMessage(message)}|${frame}`)
    .digest('hex')
  remember(key, hash)
  return hash
}

/** Sets the fingerprint of an error or fatal log, unless the user has set one. */
export function addFingerprint(log: Log): void {
  if (log.fingerprint !== undefined || log.error === undefined) return
  if (log.level === 'error' || log.level === 'fatal') log.fingerprint = fingerprintOf(log.error)
}

/** Failures come in runs: the same few, hundreds of times. So many fingerprints are cached. */
const MOST_RECENT = 32
const LONGEST_KEY = 4096
const recent = new Map<string, string>()

function remember(key: string, hash: string): void {
  if (key.length > LONGEST_KEY) return
  if (recent.size >= MOST_RECENT) recent.delete(recent.keys().next().value as string)
  recent.set(key, hash)
}

// Word boundaries and digits of every script, as in the languages of the official clients, so that hashes are equal.
// Each pattern reads every character a bounded number of times.
const START = '(?<![\\p{L}\\p{N}_])'
const END = '(?![\\p{L}\\p{N}_])'
const SPACE = '\\t-\\r\\u001c- \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** What varies between two occurrences of one failure, and its replacement. Made for the first error. */
let variables: readonly (readonly [RegExp, string])[] | undefined

function makeVariables(): readonly (readonly [RegExp, string])[] {
  // Not when this file is loaded: V8 takes a millisecond for the classes of Unicode.
  return [
    [new RegExp(`${START}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}${END}`, 'giu'), '<UUID>'],
    [new RegExp(`${START}0x[0-9a-fA-F]+${END}`, 'gu'), '<HEX>'],
    [new RegExp(`${START}https?://[^${SPACE}]+`, 'gu'), '<URL>'],
    [new RegExp(`${START}\\p{Nd}+${END}`, 'gu'), '<N>'],
  ]
}

/** The message without the parts that vary between two occurrences of one failure. */
export function normaliseMessage(message: string): string {
  variables ??= makeVariables()
  return variables.reduce((text, [pattern, name]) => text.replace(pattern, name), message)
}
