import { isLevel, LEVELS } from '../wire/level.js'
import { UsageError } from './command.js'

/** The filters of `lognitor tail`: each flag, and the parameter of the inbox's API that filters. */
const PARAMETERS = {
  level: 'level',
  service: 'service',
  environment: 'environment',
  release: 'version',
  text: 'q',
  user: 'user',
  session: 'session',
  request: 'request_id',
  trace: 'trace_id',
  fingerprint: 'fingerprint',
  tag: 'tag',
  meta: 'meta',
} as const

/** The flags of the filters, as `node:util` takes them. */
export const FILTER_FLAGS = {
  level: { type: 'string' },
  service: { type: 'string' },
  environment: { type: 'string' },
  release: { type: 'string' },
  text: { type: 'string' },
  user: { type: 'string' },
  session: { type: 'string' },
  request: { type: 'string' },
  trace: { type: 'string' },
  fingerprint: { type: 'string' },
  tag: { type: 'string', multiple: true },
  meta: { type: 'string', multiple: true },
  'errors-since': { type: 'string' },
} as const satisfies Record<keyof typeof PARAMETERS | 'errors-since', unknown>

type Filters = { readonly [name in keyof typeof FILTER_FLAGS]?: string | string[] | undefined }

/**
 * The parameters of a call to the inbox, which does the filtering.
 * @param now in milliseconds since the epoch
 * @throws UsageError for a value that the inbox would refuse
 */
export function filterParameters(flags: Filters, now: number): URLSearchParams {
  checkLevels(flags.level)
  const parameters = new URLSearchParams()
  for (const [flag, name] of Object.entries(PARAMETERS) as [keyof typeof PARAMETERS, string][]) {
    for (const value of [flags[flag] ?? []].flat()) {
      if (value === '') throw new UsageError(`--${flag} must not be empty.`)
      if (flag === 'meta' && !/^[^:]+:/.test(value))
        throw new UsageError(`--meta must have the form key:value, not "${value}".`)
      parameters.append(name, value)
    }
  }
  const since = flags['errors-since']
  if (typeof since === 'string') {
    parameters.set('since', String(momentOf(since, now)))
    if (flags.level === undefined) parameters.set('level', 'error,fatal')
  }
  return parameters
}

function checkLevels(levels: Filters['level']): void {
  if (typeof levels !== 'string') return
  const unknown = levels.split(',').find((level) => !isLevel(level))
  if (unknown !== undefined)
    throw new UsageError(`--level must be one of ${LEVELS.join(', ')}, not "${unknown}".`)
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10m` is ten minutes before now; anything else is a date. */
function momentOf(since: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(since) ?? []
  const moment = count === undefined ? Date.parse(since) : now - Number(count) * (UNITS_MS[unit] ?? 0)
  if (moment >= 0) return moment
  throw new UsageError(
    `--errors-since must be a time back such as 30s, 10m, 2h, 1d, or a date, not "${since}".`,
  )
}
