import { amount, orNull, shape, text, timestamp, whole } from './check.js'

const textOrNull = orNull(text)

/** Whether a value is a request entry as `POST /ingest/requests` takes it. */
export const checkRequestEntry = shape(
  {
    method: text,
    path: text,
    status_code: whole,
    duration_ms: amount,
    request_id: textOrNull,
    route: textOrNull,
    ip: textOrNull,
    user_agent: textOrNull,
    host: textOrNull,
    scheme: textOrNull,
    runtime: textOrNull,
    runtime_version: textOrNull,
    timestamp,
    environment: textOrNull,
    service: textOrNull,
    version: textOrNull,
  },
  ['method', 'path', 'duration_ms', 'timestamp'],
)
