/** A span or log record processor of OpenTelemetry's, as far as a flush needs it. */
interface Flushable {
  forceFlush(): Promise<void>
}

/**
 * Flushes other exporters' processors when nothing is left to do, as long as something was recorded since the last
 * time. They are not shut down: a listener of `beforeExit` may write, and give the process more to do.
 *
 * @returns a processor of both kinds, to be added beside them, that knows whether anything was recorded
 */
export function flushAtNaturalEnd(processors: readonly object[]): object {
  let recorded = 0
  let flushed = 0
  process.on('beforeExit', () => {
    if (recorded === flushed) return
    flushed = recorded
    for (const processor of processors as Flushable[]) processor.forceFlush().catch(() => {})
  })
  const count = () => {
    recorded++
  }
  const nothing = async () => {}
  return { onStart: () => {}, onEnd: count, onEmit: count, forceFlush: nothing, shutdown: nothing }
}
