import type { Trace } from '../wire/log.js'
import type { SpanContextLike } from './otel.js'

const TRACE_ID_LENGTH = 32
const SPAN_ID_LENGTH = 16

/** The trace of a span context. `undefined` when its trace id is invalid; an invalid span id alone is left out. */
export function translateTrace(context: SpanContextLike | undefined): Trace | undefined {
  if (context === undefined || context === null) return undefined
  const { traceId, spanId } = context
  if (!isTraceId(traceId)) return undefined
  return isSpanId(spanId) ? { trace_id: traceId, span_id: spanId } : { trace_id: traceId }
}

/** Ids that were valid last: the records of a span follow each other, and a comparison costs less than their digits. */
const last = { traceId: '', spanId: '' }

function isTraceId(id: unknown): id is string {
  if (id === last.traceId && id !== '') return true
  if (!isId(id, TRACE_ID_LENGTH)) return false
  last.traceId = id
  return true
}

function isSpanId(id: unknown): id is string {
  if (id === last.spanId && id !== '') return true
  if (!isId(id, SPAN_ID_LENGTH)) return false
  last.spanId = id
  return true
}

/** True for hex digits that are not all zero. */
function isId(id: unknown, length: number): id is string {
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
