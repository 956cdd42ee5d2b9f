import { context, diag, type SpanContext, trace } from '@opentelemetry/api'
import { shared } from '../common/shared.js'
import { whileSelfLogging } from './self-log-guard.js'

type Line = (...words: unknown[]) => void
type DiagLogger = Readonly<Record<(typeof LEVELS)[number], Line>>

const LEVELS = ['error', 'warn', 'info', 'debug', 'verbose'] as const
const API = Symbol.for('opentelemetry.js.api.1')
const KNOWN = Symbol.for('lognitor.diag.v1')

/** A span context for diag lines outside of any span. It must be valid, because the SDK drops invalid ones. */
const NO_SPAN = { traceId: '6c6f676e69746f72206469616721ffff', spanId: '6c6f676e69746f72', traceFlags: 0 }

const marks = shared('diag', () => ({ contexts: new WeakSet<object>(), isOn: false }))

/**
 * Hooks into OpenTelemetry's registered diag logger, so that its own output can be recognised. Returns true if the
 * logger was not known before: then it may be writing already.
 */
export function hookDiagLogger(): boolean {
  const api = (globalThis as { [API]?: { diag?: DiagLogger & { [KNOWN]?: true } } })[API]
  const logger = api?.diag
  if (logger === undefined || logger[KNOWN]) return false
  const lines = LEVELS.map((level) => [
    level,
    (...words: unknown[]) => speak(() => logger[level]?.(...words)),
  ])
  Object.assign(api as object, { diag: { ...logger, ...Object.fromEntries(lines), [KNOWN]: true } })
  return true
}

/** The same for loggers that are registered later. */
export function hookDiagLoggers(): void {
  hookDiagLogger()
  const { setLogger } = diag as { setLogger: typeof diag.setLogger & { [KNOWN]?: true } }
  if (setLogger[KNOWN]) return
  const hooked = (...words: Parameters<typeof setLogger>) => {
    // setLogger writes a line at once.
    const done = speak(() => setLogger(...words))
    hookDiagLogger()
    return done
  }
  diag.setLogger = Object.assign(hooked as typeof setLogger, { [KNOWN]: true as const })
}

/** From here on records of diag lines carry a mark, so that they can be recognised later; see {@link isDiagMark}. */
export function markDiagLines(): void {
  marks.isOn = true
}

/** Whether a record's span context shows that diag wrote it. */
export function isDiagMark(spanContext: unknown): boolean {
  return typeof spanContext === 'object' && spanContext !== null && marks.contexts.has(spanContext)
}

function speak<T>(say: () => T): T {
  return whileSelfLogging(() => (marks.isOn ? context.with(markedContext(), say) : say()))
}

/** The active context with a copy of its span context. Records keep that object, so its identity is the mark. */
function markedContext() {
  const active = context.active()
  const mark: SpanContext = { ...(trace.getSpanContext(active) ?? NO_SPAN) }
  marks.contexts.add(mark)
  return trace.setSpanContext(active, mark)
}
