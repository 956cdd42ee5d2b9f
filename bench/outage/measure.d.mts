export interface CallTimes {
  readonly medianUs: number
  readonly p99Us: number
}

export interface OutageCost {
  /** Logs in the queue at the end, and their bytes. */
  readonly queued: number
  readonly queueBytes: number
  /** Heap and external memory after garbage collection, beyond the run with a queue of one log. */
  readonly retainedBytes: number
  /** Largest resident set, beyond the same run. */
  readonly peakBytes: number
  readonly health: CallTimes
  readonly outage: CallTimes
}

export function measureOutage(module: string, logs: number): Promise<OutageCost>

export interface Pauses {
  readonly bareMs: number
  readonly healthMs: number
  readonly outageMs: number
}

export function measurePauses(module: string, turns: number): Promise<Pauses>
