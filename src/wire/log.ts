import type { Level } from './level.js'

/** A JSON object whose keys the user chose; they stay as written. */
export type Fields = Record<string, unknown>

/** An error as it goes over the wire, with the place in the application where it arose. */
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

/** The HTTP request of a log as it goes over the wire. `duration_ms` is milliseconds. */
export interface RequestDetail {
  method?: string
  url?: string
  path?: string
  status_code?: number
  duration_ms?: number
  ip?: string
  user_agent?: string
}

/** The user of a log as it goes over the wire; keys of your own stay as they are. */
export interface User {
  id?: string
  email?: string
  name?: string
  [key: string]: unknown
}

/** Something that happened before an error, as it goes over the wire. */
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

/** One log as it goes over the wire; absent fields are left out, never null. */
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
  /** Hex SHA-256, or whatever the user gave: groups errors. */
  fingerprint?: string
  breadcrumbs?: Breadcrumb[]
  notify?: boolean
  notify_channels?: string[]
  /** `file:line` of the call. */
  source?: string
  device?: Fields
  _sdk?: { name: string; version: string }
}

/** OpenTelemetry's name for a log's own id; Lognitor has no field for it, so it travels in `metadata`. */
export const LOG_ID_KEY = 'log.record.uid'
