/** A span or log record exporter of OpenTelemetry, as far as it is used here. */
export interface Exporter {
  export(items: unknown, done: (result: { code: number; error?: Error }) => void): void
  shutdown(): Promise<void>
  forceFlush?(): Promise<void>
}

/** Milliseconds an export may take now; undefined while the process is not at its end. */
export type LimitMs = () => number | undefined

/**
 * An exporter whose exports at the end of the process end in time. OpenTelemetry's OTLP exporters try for
 * `timeoutMillis`, 10 s unless told otherwise, with timers that keep the process alive, and no export can be cut
 * short. An export that begins at the end therefore goes through an exporter of its own, made with what is left.
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
      await usual.forceFlush?.()
    },
    async shutdown() {
      await Promise.all([usual, ...others].map((exporter) => exporter.shutdown()))
    },
  }
}
