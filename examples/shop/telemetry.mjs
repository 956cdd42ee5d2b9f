// Loaded before the application: node --import ./telemetry.mjs shop.mjs
import { register } from 'node:module'
import { init, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { LognitorHttpInstrumentation } from '@lognitor/opentelemetry/instrumentation'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { NodeSDK } from '@opentelemetry/sdk-node'

// ES modules are patched by OpenTelemetry through this hook.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

// LOGNITOR_API_KEY and LOGNITOR_API_URL come from the environment.
const client = init({ environment: 'demo', redactPatterns: ['email', 'creditCard'] })

// The page Health of a local inbox shows what a client drops and still holds, if the client reports it.
const reports = process.env.INBOX_REPORTS
const service = process.env.LOGNITOR_SERVICE
if (reports) {
  const report = () =>
    fetch(reports, { method: 'POST', body: JSON.stringify({ service, stats: client.stats() }) }).catch(
      () => {},
    )
  setInterval(report, 2000).unref()
}

new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  instrumentations: [
    new LognitorHttpInstrumentation({ client, ignoreRoutes: ['/health'], captureUser: (req) => req.user }),
    new ExpressInstrumentation(),
    new PinoInstrumentation(),
    new UndiciInstrumentation({ ignoreRequestHook: ({ path }) => path === '/inbox/api/reports' }),
  ],
}).start()
