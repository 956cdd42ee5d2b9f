import { amount, flag, level, listOf, object, shape, text, timestamp, valuesOf, whole } from './check.js'

const texts = listOf(text)

const breadcrumb = shape({ type: text, category: text, message: text, level, timestamp, data: object }, [
  'message',
  'timestamp',
])

const error = shape(
  {
    type: text,
    message: text,
    stack: text,
    filename: text,
    line_number: whole,
    context_line: text,
    pre_context: texts,
    post_context: texts,
  },
  ['type', 'message'],
)

const request = shape({
  method: text,
  url: text,
  path: text,
  status_code: whole,
  duration_ms: amount,
  ip: text,
  user_agent: text,
})

/** Checks a log for `POST /ingest`: the known fields strictly, other keys not at all. */
export const checkLog = shape(
  {
    level,
    message: text,
    timestamp,
    service: text,
    environment: text,
    version: text,
    hostname: text,
    release_id: text,
    deploy: shape({ commit: text, branch: text }),
    user: shape({ id: text, email: text, name: text }),
    user_id: text,
    session_id: text,
    request_id: text,
    action: text,
    metadata: object,
    tags: texts,
    error,
    request,
    perf: valuesOf(amount),
    trace: shape({ trace_id: text, span_id: text }, ['trace_id']),
    fingerprint: text,
    breadcrumbs: listOf(breadcrumb),
    notify: flag,
    notify_channels: texts,
    source: text,
    device: object,
    _sdk: shape({ name: text, version: text }, ['name', 'version']),
  },
  ['level', 'message', 'timestamp'],
)
