// The systems under test, each with the smallest set-up in its documentation.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const OURS = 'Lognitor'

/**
 * `flags`: flags of Node. `environment`: gives variables for the receiver's address. `start`: gives a function that
 * logs.
 */
export const systems = {
  [OURS]: {
    package: '@lognitor/opentelemetry',
    environment: (url) => ({ LOGNITOR_API_KEY: 'survival', LOGNITOR_API_URL: `${url}/api/v1` }),
    start: ({ init }) => {
      const client = init()
      return (message) => client.info(message)
    },
  },
  'stock OpenTelemetry register': {
    package: '@opentelemetry/auto-instrumentations-node',
    flags: ['--require', '@opentelemetry/auto-instrumentations-node/register'],
    environment: otlp,
    logsWith: '@opentelemetry/api-logs',
    start: emitRecords,
  },
  'Elastic EDOT': {
    package: '@elastic/opentelemetry-node',
    flags: ['--import', '@elastic/opentelemetry-node'],
    environment: otlp,
    logsWith: '@opentelemetry/api-logs',
    start: emitRecords,
  },
  HyperDX: {
    package: '@hyperdx/node-opentelemetry',
    environment: (url) => ({ ...otlp(url), HYPERDX_API_KEY: 'survival' }),
    start: (hyperdx) => {
      hyperdx.init({ apiKey: 'survival', service: 'survival' })
      return (message) => console.log(message)
    },
  },
  'Azure Monitor': {
    package: '@azure/monitor-opentelemetry',
    environment: (url) => ({
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=${url}/`,
    }),
    logsWith: '@opentelemetry/api-logs',
    start: ({ useAzureMonitor }, api) => {
      useAzureMonitor()
      return emitRecords(undefined, api)
    },
  },
  Logfire: {
    package: '@pydantic/logfire-node',
    environment: (url) => ({ LOGFIRE_TOKEN: 'survival', LOGFIRE_BASE_URL: url }),
    start: (logfire) => {
      logfire.configure({ serviceName: 'survival', console: false })
      return (message) => logfire.info(message)
    },
  },
  Sentry: {
    package: '@sentry/node',
    environment: (url) => ({ SENTRY_DSN: url.replace('://', '://survival@').concat('/1') }),
    start: (sentry) => {
      sentry.init({ enableLogs: true })
      return (message) => sentry.logger.info(message)
    },
  },
  PostHog: {
    package: 'posthog-node',
    environment: (url) => ({ POSTHOG_HOST: url }),
    start: ({ PostHog }) => {
      const host = process.env.POSTHOG_HOST
      const client = new PostHog('survival', { host, enableExceptionAutocapture: true })
      return (message) => client.logger.info(message)
    },
  },
  Logtail: {
    package: '@logtail/node',
    environment: (url) => ({ LOGTAIL_ENDPOINT: url }),
    start: ({ Logtail }) => {
      const client = new Logtail('survival', { endpoint: process.env.LOGTAIL_ENDPOINT })
      return (message) => void client.info(message)
    },
  },
}

export const ours = OURS
export const peers = Object.keys(systems).filter((name) => name !== OURS)

/** Resolves packages as seen from a folder. */
export function seenFrom(folder) {
  return createRequire(join(folder, 'survival.cjs'))
}

/** Starts a system in this process. Gives a function that logs one message. */
export async function start(name) {
  const system = systems[name]
  const require = seenFrom(process.env.SURVIVAL_FROM)
  const load = async (id) => id && (await import(pathToFileURL(require.resolve(id)).href))
  const loaded = await load(system.package)
  return system.start(loaded.default ?? loaded, await load(system.logsWith))
}

function otlp(url) {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOG_LEVEL: 'none',
  }
}

function emitRecords(_, { logs }) {
  const logger = logs.getLogger('survival')
  return (body) => logger.emit({ severityNumber: 9, body })
}
