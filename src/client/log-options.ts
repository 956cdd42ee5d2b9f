import type { BeforeSend } from '../config/options.js'
import type { Level } from '../wire/level.js'

/** What a log call may carry besides level and message; all optional. Times are milliseconds. */
export interface LogOptions {
  /** Anything; keys stay as they are written. */
  metadata?: Record<string, unknown> | undefined
  /** Appended to those of the scope or the child. */
  tags?: readonly string[] | undefined
  /** Default: the current request's or the process's. */
  user?: UserOptions | undefined
  /** The HTTP request that it is about. Default, for errors: the current one. */
  request?: RequestOptions | undefined
  perf?: PerfOptions | undefined
  /** Default: the active span's. */
  trace?: { traceId: string; spanId?: string | undefined } | undefined
  /** Default: the registered release's. */
  deploy?: { commit?: string | undefined; branch?: string | undefined } | undefined
  /** An Error, or `{ type, message, ... }`; anything else is taken as what was thrown. */
  error?: unknown
  /** Dotted: `user.signup`. */
  action?: string | undefined
  /** Default: the current request's. */
  requestId?: string | undefined
  /** Default: the current request's or the process's. */
  sessionId?: string | undefined
  /** Default: the client's, or the registered release. */
  releaseId?: string | undefined
  /** Groups this error with others of the same fingerprint; default computed. */
  fingerprint?: string | undefined
  /** In place of those that were gathered. */
  breadcrumbs?: readonly BreadcrumbOptions[] | undefined
  /** Asks Lognitor to notify, whatever its rules say. */
  notify?: boolean | undefined
  /** Where to, such as `['email']`. */
  notifyChannels?: readonly string[] | undefined
  /** `file:line`; by itself with the option `captureCallerInfo`. */
  source?: string | undefined
  device?: Record<string, unknown> | undefined
  /** For this log alone, before the client's own. */
  beforeSend?: BeforeSend | undefined
}

/** Whose doing it is. Keys of your own stay as they are written. */
export interface UserOptions {
  id?: string | number | undefined
  email?: string | undefined
  name?: string | undefined
  [key: string]: unknown
}

/** The HTTP request that a log is about. */
export interface RequestOptions {
  method?: string | undefined
  url?: string | undefined
  path?: string | undefined
  statusCode?: number | undefined
  /** Milliseconds, a fraction is all right. */
  durationMs?: number | undefined
  ip?: string | undefined
  userAgent?: string | undefined
}

/** Figures of a piece of work. Names of your own stay as they are written. */
export interface PerfOptions {
  /** Milliseconds, a fraction is all right. */
  durationMs?: number | undefined
  /** Megabytes. */
  memoryMb?: number | undefined
  [key: string]: number | undefined
}

/** Something that happened on the way to an error. */
export interface BreadcrumbOptions {
  /** Default `default`. */
  type?: string | undefined
  /** Default `custom`. */
  category?: string | undefined
  message: string
  /** Default `info`. */
  level?: Level | undefined
  data?: Record<string, unknown> | undefined
  /** A date, or milliseconds since 1970. Default now. */
  timestamp?: string | number | Date | undefined
}
