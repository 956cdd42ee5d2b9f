/** One request to Lognitor. */
export interface TransportRequest {
  /** Path below the API's base URL: `/ingest`, `/heartbeat/{token}` and so on. */
  readonly path: string
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Aborts when the answer no longer matters. The promise should then reject. */
  readonly signal?: AbortSignal
}

/** Lognitor's answer, whatever its status. */
export interface TransportAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The body, or its beginning: the HTTP transport reads 64 KiB at most. */
  readonly body: string
}

/**
 * Carries requests to Lognitor. An answer with any status resolves. The promise rejects only for a request that could
 * not be carried (refused, reset, timed out), with the error's `code` as Node or fetch give it, or the code of its
 * `cause`. If `send` throws or resolves to anything else, the warning LOGNITOR_TRANSPORT_FAULT is emitted and the
 * request is retried as in an outage.
 */
export interface Transport {
  send(request: TransportRequest): Promise<TransportAnswer>
  /** Releases connections. Called once, after the last request. */
  close?(): Promise<void> | void
}
