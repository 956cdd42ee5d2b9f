// The variants. Each starts with the server's address and gives `emit(n)` and `flush()`.
import { Agent, request } from 'node:http'
import { trace } from '@opentelemetry/api'
import { attributes, attributesOf, message, parts, SERVICE } from './record.mjs'

const apiKey = 'bench'

export const VARIANTS = {
  'OpenTelemetry SDK alone (no-op exporter)': () =>
    sdk(({ BatchLogRecordProcessor }) => new BatchLogRecordProcessor({ exporter: noExporter })),

  'OTLP JSON exporter': async (url) => {
    const { OTLPLogExporter } = await import('@opentelemetry/exporter-logs-otlp-http')
    const exporter = new OTLPLogExporter({ url: `${url}/v1/logs` })
    return sdk(({ BatchLogRecordProcessor }) => new BatchLogRecordProcessor({ exporter }))
  },

  LognitorLogRecordExporter: async (apiUrl, what, size) => {
    const { LognitorLogRecordExporter } = await import('@lognitor/opentelemetry')
    const exporter = new LognitorLogRecordExporter({ apiKey, apiUrl })
    const make = what === undefined ? attributes : attributesOf(what, Number(size))
    return sdk(({ BatchLogRecordProcessor }) => new BatchLogRecordProcessor({ exporter }), make)
  },

  LognitorLogRecordProcessor: async (apiUrl) => {
    const { LognitorLogRecordProcessor } = await import('@lognitor/opentelemetry')
    return sdk(() => new LognitorLogRecordProcessor({ apiKey, apiUrl }))
  },

  'JSON.stringify and POST by hundreds': (url) => stringifyAndPost(url),

  'info()': (apiUrl) => info({ apiUrl }, (n) => ({ metadata: attributes(n) })),

  'info() with all parts': (apiUrl) => info({ apiUrl }, parts),

  'info() with all parts, redaction': (apiUrl) =>
    info(
      { apiUrl, redactPatterns: ['email', 'creditCard', 'ssn', 'bearer'], scrubUrlParams: ['code'] },
      parts,
    ),
}

async function info(options, optionsOf) {
  const { init } = await import('@lognitor/opentelemetry')
  const { name: service, version, environment } = SERVICE
  const client = init({ apiKey, service, version, environment, ...options })
  return {
    emit: (n) => client.info(message(n), optionsOf(n)),
    flush: () => client.flush(),
  }
}

/** Behind a processor of the SDK, in its default configuration. */
async function sdk(processorOf, attributesOfRecord = attributes) {
  const logs = await import('@opentelemetry/sdk-logs')
  const { resourceFromAttributes } = await import('@opentelemetry/resources')
  const resource = resourceFromAttributes({
    'service.name': SERVICE.name,
    'service.version': SERVICE.version,
    'deployment.environment.name': SERVICE.environment,
  })
  const provider = new logs.LoggerProvider({ resource, processors: [processorOf(logs)] })
  const logger = provider.getLogger('bench')
  return {
    emit: (n) =>
      logger.emit({
        severityNumber: 9,
        severityText: 'INFO',
        body: message(n),
        attributes: attributesOfRecord(n),
      }),
    flush: () => provider.forceFlush(),
  }
}

const noExporter = {
  export: (_records, done) => done({ code: 0 }),
  forceFlush: async () => {},
  shutdown: async () => {},
}

/** The smallest sender that somebody could write by hand. */
function stringifyAndPost(url) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const under = new Set()
  let logs = []
  const post = () => {
    const body = Buffer.from(JSON.stringify({ logs }))
    logs = []
    const sent = send(agent, `${url}/ingest`, body)
    under.add(sent)
    sent.finally(() => under.delete(sent))
  }
  return {
    emit(n) {
      const metadata = attributes(n)
      const timestamp = new Date().toISOString()
      const { name: service, version, environment } = SERVICE
      const { traceId, spanId } = trace.getActiveSpan().spanContext()
      logs.push({
        level: 'info',
        message: message(n),
        timestamp,
        service,
        version,
        environment,
        metadata,
        trace: { trace_id: traceId, span_id: spanId },
      })
      if (logs.length === 100) post()
    },
    async flush() {
      if (logs.length > 0) post()
      await Promise.all(under)
    },
  }
}

function send(agent, url, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const sending = request(url, { agent, method: 'POST', headers }, (response) => {
      response.resume()
      response.on('end', resolve)
    })
    sending.on('error', reject)
    sending.end(body)
  })
}
