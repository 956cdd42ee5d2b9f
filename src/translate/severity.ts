import type { Level } from '../wire/level.js'

const LEVELS_BY_TEXT: readonly (readonly [string, Level])[] = [
  ['trace', 'debug'],
  ['verbose', 'debug'],
  ['debug', 'debug'],
  // java.util.logging
  ['finest', 'debug'],
  ['finer', 'debug'],
  ['fine', 'debug'],
  ['config', 'debug'],
  ['severe', 'error'],
  ['info', 'info'],
  ['information', 'info'],
  ['notice', 'info'],
  ['warn', 'warn'],
  ['warning', 'warn'],
  ['err', 'error'],
  ['error', 'error'],
  ['crit', 'fatal'],
  ['critical', 'fatal'],
  ['alert', 'fatal'],
  ['emerg', 'fatal'],
  ['emergency', 'fatal'],
  ['panic', 'fatal'],
  ['fatal', 'fatal'],
]

/** In small and in capital letters, as most loggers write them. */
const LEVEL_BY_TEXT: ReadonlyMap<string, Level> = new Map<string, Level>(
  LEVELS_BY_TEXT.flatMap(
    ([text, level]) =>
      [
        [text, level],
        [text.toUpperCase(), level],
      ] as const,
  ),
)

const LONGEST_TEXT = 16

/**
 * The level of a record's severity: by its number when that is one of OpenTelemetry's (1 to 24), else by its text, in
 * the usual spellings and any case.
 *
 * @returns `undefined` when the record has no known severity
 */
export function severityLevel(severityNumber: unknown, severityText: unknown): Level | undefined {
  if (typeof severityNumber === 'number' && severityNumber >= 1 && severityNumber < 25) {
    if (severityNumber < 9) return 'debug'
    if (severityNumber < 13) return 'info'
    if (severityNumber < 17) return 'warn'
    return severityNumber < 21 ? 'error' : 'fatal'
  }
  return textLevel(severityText)
}

/** The level of a text in one of the usual spellings, in any case. */
export function textLevel(text: unknown): Level | undefined {
  if (typeof text !== 'string' || text.length > LONGEST_TEXT) return undefined
  return LEVEL_BY_TEXT.get(text) ?? LEVEL_BY_TEXT.get(text.trim().toLowerCase())
}
