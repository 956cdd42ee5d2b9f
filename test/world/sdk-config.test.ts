import { expect } from 'vitest'
import { testShop } from '../frameworks/shop.js'
import { type Line, NODE_24 } from '../support/project.js'

const INSTRUMENTATIONS = ['http', 'express', 'pino'].map((name) => `@opentelemetry/instrumentation-${name}`)
const PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/sdk-node',
  '@opentelemetry/instrumentation',
  ...INSTRUMENTATIONS,
]

const lines: [string, Line, string][] = [
  ['OpenTelemetry 2 on Node 20', 'frameworks', process.execPath],
  ['OpenTelemetry 3 on Node 24', 'otel-3', NODE_24],
]

for (const [line, folder, node] of lines) {
  for (const app of ['app.mjs', 'app.cjs']) {
    testShop(`sdkConfig in a NodeSDK of ${line}, ${app}`, {
      line: folder,
      node,
      packages: ['express', 'pino', ...PACKAGES],
      code: 'examples/express',
      more: 'test/register/apps',
      start: ['--import', './telemetry.mjs', app],
      env: { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
      stderr: (text) => expect(text).not.toMatch(/Warning|duplicate/),
    })
  }
}
