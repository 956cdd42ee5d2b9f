import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api'
import { shared } from '../common/shared.js'
import type { Fate } from './fate.js'

export interface DeliveryMetrics {
  /**
   * @param logs number of logs whose delivery has begun and not ended
   */
  inFlight(logs: number): void
  /**
   * @param count logs in the POST
   */
  exported(count: number, fate: Fate): void
}

interface Instruments {
  readonly exported: { add(value: number, attributes: Attributes): void }
  readonly inFlight: { add(value: number, attributes: Attributes): void }
}

const components = shared('metrics', () => ({ count: 0 }))

/**
 * OpenTelemetry's standard metrics of an exporter (`otel.sdk.exporter.log.exported`, `otel.sdk.exporter.log.inflight`),
 * recorded through the meter provider that the app has registered. Without a provider nothing is recorded.
 */
export function deliveryMetrics(apiUrl: string, version: string): DeliveryMetrics {
  const { hostname, port, protocol } = new URL(apiUrl)
  const attributes: Attributes = {
    'otel.component.type': 'lognitor_http_log_exporter',
    'otel.component.name': `lognitor_http_log_exporter/${components.count++}`,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  }
  let provider: MeterProvider | undefined
  let instruments: Instruments | undefined
  let reported = 0

  // The metrics API has no proxy that would follow a provider registered later, so the provider is looked up each time.
  function current(): Instruments {
    const registered = metrics.getMeterProvider()
    if (instruments !== undefined && registered === provider) return instruments
    provider = registered
    reported = 0
    const meter = registered.getMeter('@lognitor/opentelemetry', version)
    instruments = {
      exported: meter.createCounter('otel.sdk.exporter.log.exported', {
        unit: '{log_record}',
        description: 'Log records for which the export has finished, successfully or not.',
      }),
      inFlight: meter.createUpDownCounter('otel.sdk.exporter.log.inflight', {
        unit: '{log_record}',
        description: 'Log records handed to the exporter whose export has not finished.',
      }),
    }
    return instruments
  }

  return {
    inFlight: (logs) =>
      guarded(() => {
        const { inFlight } = current()
        if (logs === reported) return
        inFlight.add(logs - reported, attributes)
        reported = logs
      }),
    exported: (count, fate) =>
      guarded(() => {
        // The export is not finished: the batch will be sent again.
        if (fate.kind === 'retry' || fate.kind === 'halve') return
        const rejected = fate.kind === 'done' ? fate.rejected : count
        const { exported } = current()
        if (count > rejected) exported.add(count - rejected, attributes)
        if (rejected > 0) exported.add(rejected, { ...attributes, 'error.type': 'rejected' })
      }),
  }
}

/** A meter provider is foreign code and may throw. */
function guarded(fn: () => void): void {
  try {
    fn()
  } catch {
    // A missing measurement must not cost a log.
  }
}
