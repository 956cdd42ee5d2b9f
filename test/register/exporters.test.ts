import { expect, test } from 'vitest'
import { processorsFrom } from '../../src/register/exporters.js'
import type { Packages } from '../../src/register/packages.js'

class OTLPLogExporter {}

class BatchLogRecordProcessor {
  constructor(readonly input: unknown) {}
}

const withVersion = (version: string): Packages => ({
  load: (name) => {
    if (name === '@opentelemetry/sdk-logs') return { BatchLogRecordProcessor }
    return name === '@opentelemetry/exporter-logs-otlp-proto' ? { OTLPLogExporter } : undefined
  },
  version: () => version,
  resolve: () => undefined,
  list: () => [],
  dependencies: () => [],
  within: () => withVersion(version),
})

test.each([
  ['0.203.0', expect.any(OTLPLogExporter)],
  ['0.219.9', expect.any(OTLPLogExporter)],
  ['0.220.0', { exporter: expect.any(OTLPLogExporter) }],
  ['1.0.0', { exporter: expect.any(OTLPLogExporter) }],
])('a batch processor of sdk-logs %s gets its exporter as that version takes it', (version, input) => {
  const env = { OTEL_LOGS_EXPORTER: 'otlp' }
  const processors = processorsFrom('logs', { env, sdk: withVersion(version), fallback: 'none' })
  expect(processors).toEqual([expect.objectContaining({ input })])
})
