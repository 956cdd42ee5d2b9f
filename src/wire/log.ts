import type { Level } from './level.js'

/** A JSON object whose keys the user chose. The keys stay as written. */
export type Fields = Record<string, unknown>

/** An error in its wire form, with the place in the application where it arose. */
export interface ErrorDetail {
  type: string
  message: string
  stack?: string
  filename?: string
  line_number?: number
  context_line?: string
  pre_context?: string[]
  post_context?: string[]
}

/** The HTTP request of a log in its wire form. `duration_ms` is in milliseconds. */
export interface RequestDetail {
  method?: string
  url?: string
  path?: string
  status_code?: number
  duration_ms?: number
  ip?: string
  user_agent?: string
}

/** The user of a log in its wire form. Keys of your own stay as written. */
export interface User {
  id?: string
  email?: string
  name?: string
  [key: string]: unknown
}

/** Something that happened before an error, in its wire form. */
export interface Breadcrumb {
  type: string
  category: string
  message: string
  level: Level
  /** ISO 8601, milliseconds, `Z`. */
  timestamp: string
  data?: Fields
}

export interface Deploy {
  commit?: string
  branch?: string
}

export interface Trace {
  trace_id: string
  span_id?: string
}

/** One log in its wire form. Absent fields are left out, never null. */
export interface Log {
  level: Level
  message: string
  /** ISO 8601, milliseconds, `Z`. */
  timestamp: string
  service?: string
  environment?: string
  version?: string
  hostname?: string
  release_id?: string
  deploy?: Deploy
  user?: User
  user_id?: string
  session_id?: string
  request_id?: string
  action?: string
  metadata?: Fields
  tags?: string[]
  error?: ErrorDetail
  request?: RequestDetail
  perf?: Record<string, number>
  trace?: Trace
  /** Groups errors: a hex SHA-256, or the user's own value. */
  fingerprint?: string
  breadcrumbs?: Breadcrumb[]
  notify?: boolean
  notify_channels?: string[]
  /** `file:line` of the call that wrote the log. */
  source?: string
  device?: Fields
  _sdk?: { name: string; version: string }
}

/** OpenTelemetry's attribute for a log's own id. Lognitor has no field for it, so it is sent in `metadata`. */
export const LOG_ID_KEY = 'log.record.uid'
