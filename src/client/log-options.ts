import type { BeforeSend } from '../config/options.js'
import type { Level } from '../wire/level.js'

/** What a log call may carry besides level and message. All options are optional; times are in milliseconds. */
export interface LogOptions {
  /** Any values; keys stay as they are written. */
  metadata?: Record<string, unknown> | undefined
  /** Appended to the tags of the scope or the child logger. */
  tags?: readonly string[] | undefined
  /** Default: the user of the current request, else of the process. */
  user?: UserOptions | undefined
  /** The HTTP request that the log is about. Default, for errors: the current one. */
  request?: RequestOptions | undefined
  perf?: PerfOptions | undefined
  /** Default: the active span's trace. */
  trace?: { traceId: string; spanId?: string | undefined } | undefined
  /** Default: that of the registered release. */
  deploy?: { commit?: string | undefined; branch?: string | undefined } | undefined
  /** An Error, or `{ type, message, ... }`. Anything else is treated as a thrown value. */
  error?: unknown
  /** A name with dots, such as `user.signup`. */
  action?: string | undefined
  /** Default: that of the current request. */
  requestId?: string | undefined
  /** Default: that of the current request, else of the process. */
  sessionId?: string | undefined
  /** Default: the client's, or the registered release. */
  releaseId?: string | undefined
  /** Groups this error with others of the same fingerprint. Default: computed from the error. */
  fingerprint?: string | undefined
  /** Replaces the breadcrumbs of the scope. */
  breadcrumbs?: readonly BreadcrumbOptions[] | undefined
  /** Asks Lognitor to notify, whatever the rules of the project say. */
  notify?: boolean | undefined
  /** The channels of the notification, such as `['email']`. */
  notifyChannels?: readonly string[] | undefined
  /** `file:line` of the call. Set by the option `captureCallerInfo` where it is on. */
  source?: string | undefined
  device?: Record<string, unknown> | undefined
  /** A hook for this log alone, called before the client's own. */
  beforeSend?: BeforeSend | undefined
}

/** The user of a log. Keys of your own stay as they are written. */
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
  /** Milliseconds; may have a fraction. */
  durationMs?: number | undefined
  ip?: string | undefined
  userAgent?: string | undefined
}

/** Measurements of a piece of work. Names of your own stay as they are written. */
export interface PerfOptions {
  /** Milliseconds; may have a fraction. */
  durationMs?: number | undefined
  /** Megabytes. */
  memoryMb?: number | undefined
  [key: string]: number | undefined
}

/** Something that happened before an error. */
export interface BreadcrumbOptions {
  /** Default: `default`. */
  type?: string | undefined
  /** Default: `custom`. */
  category?: string | undefined
  message: string
  /** Default: `info`. */
  level?: Level | undefined
  data?: Record<string, unknown> | undefined
  /** A date, or milliseconds since 1970. Default: now. */
  timestamp?: string | number | Date | undefined
}
