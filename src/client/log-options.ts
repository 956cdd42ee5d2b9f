import type { BeforeSend } from '../options.js'
import type { Level } from '../wire/level.js'

/** What a log call may carry besides level and message; all optional. Times are milliseconds. */
export interface LogOptions {
  metadata?: Record<string, unknown> | undefined
  tags?: readonly string[] | undefined
  user?: UserOptions | undefined
  request?: RequestOptions | undefined
  perf?: PerfOptions | undefined
  /** Default: the active span's. */
  trace?: { traceId: string; spanId?: string | undefined } | undefined
  deploy?: { commit?: string | undefined; branch?: string | undefined } | undefined
  error?: unknown
  /** Dotted: `user.signup`. */
  action?: string | undefined
  requestId?: string | undefined
  sessionId?: string | undefined
  releaseId?: string | undefined
  /** Groups this error with others of the same fingerprint; default computed. */
  fingerprint?: string | undefined
  /** In place of those that were gathered. */
  breadcrumbs?: readonly BreadcrumbOptions[] | undefined
  notify?: boolean | undefined
  notifyChannels?: readonly string[] | undefined
  /** `file:line`. */
  source?: string | undefined
  device?: Record<string, unknown> | undefined
  /** For this log alone, before the client's own. */
  beforeSend?: BeforeSend | undefined
}

export interface UserOptions {
  id?: string | number | undefined
  email?: string | undefined
  name?: string | undefined
  [key: string]: unknown
}

export interface RequestOptions {
  method?: string | undefined
  url?: string | undefined
  path?: string | undefined
  statusCode?: number | undefined
  durationMs?: number | undefined
  ip?: string | undefined
  userAgent?: string | undefined
}

export interface PerfOptions {
  durationMs?: number | undefined
  memoryMb?: number | undefined
  [key: string]: number | undefined
}

export interface BreadcrumbOptions {
  /** Default `default`. */
  type?: string | undefined
  /** Default `custom`. */
  category?: string | undefined
  message: string
  /** Default `info`. */
  level?: Level | undefined
  data?: Record<string, unknown> | undefined
  /** Default now. */
  timestamp?: string | number | Date | undefined
}
