import type { Feedback } from '../../wire/companion.js'
import type { Level } from '../../wire/level.js'
import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import type { Answer } from '../data/calls.js'
import type { FaultChange } from '../service/faults.js'

/** A log as a row of the page's table. Long texts are cut. */
export interface LogRow {
  /** Sequence number, in the order of arrival. */
  seq: number
  /** The log's own time, in milliseconds since the epoch. */
  time: number
  level: Level
  message: string
  service?: string
  /** The type of the log's error. */
  error?: string
  trace?: string
  request?: string
  user?: string
  session?: string
  tags?: string[]
  /** For a summary of errors that the client held back: how many errors the log stands for. */
  repeats?: number
  /** The first single values in the metadata, cut, as `key=value`. */
  fields?: string[]
  /** The columns that the call asked for with `column`, cut, without those that the log does not have. */
  columns?: Record<string, string>
  /**
   * Place in the list, when that is not `time`: no earlier than ten seconds before the log's arrival, and no later than
   * its arrival. Logs of several clients are thus in order, and a log that comes late is still seen to arrive.
   */
  place?: number
}

/** `GET /inbox/api/rows` */
export interface RowsAnswer {
  /** The latest arrival first. */
  rows: LogRow[]
  /** The sequence number of the latest arrival. */
  seq: number
}

/** `GET /inbox/api/request-rows` */
export interface RequestRow extends RequestEntry {
  seq: number
  /** Start of the request, in milliseconds since the epoch. */
  time: number
}

/** A time range in equal parts: `times[i]` is the start of part `i`, in milliseconds since the epoch. */
export interface Span {
  from: number
  to: number
  stepMs: number
  times: number[]
}

/** `GET /inbox/api/volume`: number of logs over time, by level. */
export interface VolumeAnswer extends Span {
  levels: Record<Level, number[]>
  total: number
}

/** `GET /inbox/api/latency`: requests over time. Durations are in milliseconds; null for a part without requests. */
export interface LatencyAnswer extends Span {
  p50: (number | null)[]
  p95: (number | null)[]
  p99: (number | null)[]
  /** Number of requests by the first digit of the status. */
  statuses: Record<'2xx' | '3xx' | '4xx' | '5xx', number[]>
  summary: { count: number; perMinute: number; errorRate: number; p50: number; p95: number; p99: number }
}

/** `GET /inbox/api/calls`: number of calls of clients over time by their answers, and the faults that were set. */
export interface CallsAnswer extends Span {
  answers: Record<Answer, number[]>
  faults: FaultChange[]
}

/** `GET /inbox/api/error-series`: occurrences over time, by the fingerprint of the error group. */
export interface ErrorSeriesAnswer extends Span {
  groups: Record<string, number[]>
}

/** `GET /inbox/api/facets`: values to filter by, the most frequent first. */
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
  /** Name of the first request, otherwise the message of the first log. */
  name: string
}

/** `GET /inbox/api/timeline`: everything that belongs to a trace or to a request, from all services. */
export interface TimelineAnswer {
  logs: LogRow[]
  requests: RequestRow[]
  traces: string[]
}

/** `GET /inbox/api/feedback` */
export interface FeedbackAnswer {
  /** The latest first. */
  feedback: FeedbackRow[]
  /** Number of all feedback over time. */
  volume: Span & { counts: number[] }
}

/** An item of `GET /inbox/api/feedback`. */
export interface FeedbackRow extends Feedback {
  received_at: string
  log: Pick<Log, 'message' | 'level' | 'error' | 'service' | 'fingerprint'> | null
  /** The sequence number of that log. */
  log_seq: number | null
}

/** `POST /inbox/api/alerts/test` */
export interface WebhookAnswer {
  /** The status of the webhook's answer; null when it did not answer. */
  status: number | null
  ms: number
  message: string
}

/** `GET /inbox/api/stream`: the first event, for readers that ask for `hello`. A new `startedAt` means a new inbox. */
export interface Hello {
  startedAt: string
  seq: number
}

/** `POST /inbox/api/import` */
export interface ImportAnswer {
  imported: number
  refused: number
  /** The first errors, as sentences with their line numbers. */
  problems: string[]
}
