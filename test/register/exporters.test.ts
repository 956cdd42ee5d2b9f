import { expect, test } from 'vitest'
import { processorsFrom } from '../../src/register/exporters.js'
import type { Packages } from '../../src/register/packages.js'

class ConsoleLogRecordExporter {}

class BatchLogRecordProcessor {
  constructor(readonly given: unknown) {}
}

const withVersion = (version: string): Packages => ({
  load: (name) =>
    name === '@opentelemetry/sdk-logs' ? { ConsoleLogRecordExporter, BatchLogRecordProcessor } : undefined,
  version: () => version,
  resolve: () => undefined,
  list: () => [],
  dependencies: () => [],
  within: () => withVersion(version),
})

test.each([
  ['0.203.0', expect.any(ConsoleLogRecordExporter)],
  ['0.219.9', expect.any(ConsoleLogRecordExporter)],
  ['0.220.0', { exporter: expect.any(ConsoleLogRecordExporter) }],
  ['1.0.0', { exporter: expect.any(ConsoleLogRecordExporter) }],
])('a batch processor of sdk-logs %s gets its exporter as that version takes it', (version, given) => {
  const processors = processorsFrom('logs', { OTEL_LOGS_EXPORTER: 'console' }, withVersion(version))
  expect(processors).toEqual([expect.objectContaining({ given })])
})
