/** A span or log record exporter of OpenTelemetry, reduced to what is used here. */
export interface Exporter {
  export(items: unknown, done: (result: { code: number; error?: Error }) => void): void
  shutdown(): Promise<void>
  forceFlush?(): Promise<void>
}

/** Milliseconds that an export may take now. Undefined while the process is not at its end. */
export type LimitMs = () => number | undefined

/**
 * Wraps an exporter so that its exports at the end of the process end in time. OpenTelemetry's OTLP exporters retry for
 * `timeoutMillis` (default 10 s), with timers that keep the process alive, and an export cannot be cancelled. An export
 * that begins at the end therefore uses a second exporter, created with the remaining time.
 */
export function endsInTime(
  make: (config?: { timeoutMillis: number }) => Exporter,
  limitMs: LimitMs,
): Exporter {
  const usual = make()
  const others = new Set<Exporter>()
  return {
    export(items, done) {
      const timeoutMillis = limitMs()
      if (timeoutMillis === undefined) {
        usual.export(items, done)
        return
      }
      const ending = make({ timeoutMillis: Math.max(1, Math.floor(timeoutMillis)) })
      others.add(ending)
      ending.export(items, (result) => {
        others.delete(ending)
        done(result)
      })
    },
    async forceFlush() {
      await Promise.all([usual, ...others].map((exporter) => exporter.forceFlush?.()))
    },
    async shutdown() {
      await Promise.all([usual, ...others].map((exporter) => exporter.shutdown()))
    },
  }
}
