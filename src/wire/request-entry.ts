/** One answered HTTP request, as `POST /ingest/requests` takes it; absent fields are left out. */
export interface RequestEntry {
  method: string
  /** Without the query unless asked for; scrubbed. */
  path: string
  /** As the client saw it; 499 when the client went away before the answer. */
  /** Left out where nobody knows it. */
  status_code?: number
  /** Milliseconds with a fraction, from a monotonic clock. */
  duration_ms: number
  request_id: string
  /** The framework's template (`/orders/:id`); left out when unknown. */
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
