import { amount, shape, text, timestamp, whole } from './check.js'

/** Whether a value is a request entry as `POST /ingest/requests` takes it. */
export const checkRequestEntry = shape(
  {
    method: text,
    path: text,
    status_code: whole,
    duration_ms: amount,
    request_id: text,
    route: text,
    ip: text,
    user_agent: text,
    host: text,
    scheme: text,
    runtime: text,
    runtime_version: text,
    timestamp,
    environment: text,
    service: text,
    version: text,
  },
  ['method', 'path', 'status_code', 'duration_ms', 'timestamp'],
)
