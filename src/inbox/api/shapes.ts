import type { Feedback } from '../../wire/companion.js'
import type { Level } from '../../wire/level.js'
import type { RequestEntry } from '../../wire/request-entry.js'

/** A log as a line of the page's table: what a reader sees at a glance. Long texts are cut. */
export interface LogRow {
  /** Its place in the order of arrival. */
  seq: number
  /** When it was written, in milliseconds since the epoch. */
  time: number
  level: Level
  message: string
  service?: string
  /** The type of its error. */
  error?: string
  trace?: string
  request?: string
  user?: string
  session?: string
  tags?: string[]
  /** How many errors it stands for, where it is a summary of some that the client held back. */
  repeats?: number
}

/** `GET /inbox/api/rows` */
export interface RowsAnswer {
  /** The last arrived first. */
  rows: LogRow[]
  /** The place of the last arrival. */
  seq: number
}

/** `GET /inbox/api/request-rows` */
export interface RequestRow extends RequestEntry {
  seq: number
  /** When it began, in milliseconds since the epoch. */
  time: number
}

/** A stretch of time in equal parts: `times[i]` is where part `i` begins, in milliseconds since the epoch. */
export interface Span {
  from: number
  to: number
  stepMs: number
  times: number[]
}

/** `GET /inbox/api/volume`: logs over time, by level. */
export interface VolumeAnswer extends Span {
  levels: Record<Level, number[]>
  total: number
}

/** `GET /inbox/api/latency`: requests over time. Durations are milliseconds, null where there was no request. */
export interface LatencyAnswer extends Span {
  p50: (number | null)[]
  p95: (number | null)[]
  p99: (number | null)[]
  /** Counts by the first digit of the status. */
  statuses: Record<'2xx' | '3xx' | '4xx' | '5xx', number[]>
  summary: { count: number; perMinute: number; errorRate: number; p50: number; p95: number; p99: number }
}

/** `GET /inbox/api/error-series`: occurrences over time, by the fingerprint of their group. */
export interface ErrorSeriesAnswer extends Span {
  groups: Record<string, number[]>
}

/** `GET /inbox/api/facets`: what there is to choose from, the most frequent first. */
export interface FacetsAnswer {
  services: { value: string; count: number }[]
  levels: Record<Level, number>
}

/** `GET /inbox/api/traces` */
export interface TraceSummary {
  trace: string
  from: number
  to: number
  logs: number
  errors: number
  services: string[]
  /** Its first request, or else its first log. */
  name: string
}

/** `GET /inbox/api/timeline`: all that belongs to a trace or to a request, across services. */
export interface TimelineAnswer {
  logs: LogRow[]
  requests: RequestRow[]
  traces: string[]
}

/** One of `GET /inbox/api/feedback`. */
export interface FeedbackRow extends Feedback {
  received_at: string
  log: { message: string; level: Level } | null
  /** The place of that log. */
  log_seq: number | null
}

/** `POST /inbox/api/alerts/test` */
export interface WebhookAnswer {
  /** The status that the address answered with; null when it did not answer. */
  status: number | null
  ms: number
  message: string
}

/** `GET /inbox/api/stream`: the first event of who asks for `hello`. A new `startedAt` is a new inbox. */
export interface Hello {
  startedAt: string
  seq: number
}

/** `POST /inbox/api/import` */
export interface ImportAnswer {
  imported: number
  refused: number
  /** The first refusals in words, with their lines. */
  problems: string[]
}
