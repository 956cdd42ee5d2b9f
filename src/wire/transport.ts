/** One request to Lognitor. */
export interface TransportRequest {
  /** Below the API's address: `/ingest`, `/heartbeat/{token}` ... */
  readonly path: string
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Fires when the answer no longer matters; the promise should then reject. */
  readonly signal?: AbortSignal
}

/** Lognitor's answer, whatever its status. */
export interface TransportAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** At most what a transport cares to read; 64 KiB over HTTP. */
  readonly body: string
}

/**
 * Carries requests to Lognitor. An answer with any status resolves. Only what could not be carried rejects (refused,
 * reset, timed out), with the error's code as Node or fetch give it, or the code of its `cause`: whatever else `send`
 * throws or resolves to is told by the warning LOGNITOR_TRANSPORT_FAULT, and tried again like an outage.
 */
export interface Transport {
  send(request: TransportRequest): Promise<TransportAnswer>
  /** Lets go of connections; called once, after the last request. */
  close?(): Promise<void> | void
}
