import { isTelling, whileTelling } from '../telling.js'

type Line = (...words: unknown[]) => void
type DiagLogger = Readonly<Record<(typeof LEVELS)[number], Line>>

const LEVELS = ['error', 'warn', 'info', 'debug', 'verbose'] as const
const API = Symbol.for('opentelemetry.js.api.1')
const KNOWN = Symbol.for('lognitor.diag.v1')

/**
 * Whether what is being logged right now is a line of ours, or one of OpenTelemetry's own that the
 * application lets its logger write: those are not about the application, and if they came back as logs,
 * each could make the next.
 */
export function isDiagLine(): boolean {
  return isTelling() || (meetDiagLogger() && isCalledByDiag())
}

/**
 * Has the diag logger that is registered now tell when it speaks. True when it was not known before: then
 * this may be its first line.
 */
export function meetDiagLogger(): boolean {
  const api = (globalThis as { [API]?: { diag?: DiagLogger & { [KNOWN]?: true } } })[API]
  const logger = api?.diag
  if (logger === undefined || logger[KNOWN]) return false
  const lines = LEVELS.map((level) => [
    level,
    (...words: unknown[]) => whileTelling(() => logger[level]?.(...words)),
  ])
  Object.assign(api as object, { diag: { ...logger, ...Object.fromEntries(lines), [KNOWN]: true } })
  return true
}

/** By the stack, as there is nothing else to go by yet. */
function isCalledByDiag(): boolean {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 50
  const { stack = '' } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  return /\bDiag(?:API|ComponentLogger)\b|[\\/]@opentelemetry[\\/]api[\\/].*[\\/]diag/.test(stack)
}
