import type { Trace } from '../wire/log.js'
import type { SpanContextLike } from './otel.js'

const TRACE_ID_LENGTH = 32
const SPAN_ID_LENGTH = 16

/** The trace of a span context. `undefined` when its trace id is invalid; an invalid span id alone is left out. */
export function translateTrace(context: SpanContextLike | undefined): Trace | undefined {
  if (context === undefined || context === null || !isId(context.traceId, TRACE_ID_LENGTH)) return undefined
  return isId(context.spanId, SPAN_ID_LENGTH)
    ? { trace_id: context.traceId, span_id: context.spanId }
    : { trace_id: context.traceId }
}

/** True for hex digits that are not all zero. */
function isId(id: unknown, length: number): boolean {
  if (typeof id !== 'string' || id.length !== length) return false
  let zeros = 0
  for (let index = 0; index < length; index++) {
    const code = id.charCodeAt(index)
    if (code === 48) zeros++
    else if (!((code > 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)))
      return false
  }
  return zeros < length
}
