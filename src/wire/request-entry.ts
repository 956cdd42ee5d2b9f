/** One answered HTTP request, as `POST /ingest/requests` takes it. Absent fields are left out. */
export interface RequestEntry {
  method: string
  /** Scrubbed, and without the query unless `includeQuery` is set. */
  path: string
  /**
   * The status that the client received; 499 when the client closed the connection before the answer. Left out where it
   * is not known.
   */
  status_code?: number
  /** Milliseconds with a fraction, measured by a monotonic clock. */
  duration_ms: number
  request_id: string
  /** The framework's route template (`/orders/:id`). Left out when unknown. */
  route?: string
  ip?: string
  user_agent?: string
  host?: string
  scheme?: string
  runtime?: string
  runtime_version?: string
  /** When the request began: ISO 8601, milliseconds, `Z`. */
  timestamp: string
  environment?: string
  service?: string
  version?: string
}
