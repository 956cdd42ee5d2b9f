import { amount, orNull, shape, text, timestamp, whole } from './check.js'

const textOrNull = orNull(text)

/** Checks a request entry for `POST /ingest/requests`. */
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
