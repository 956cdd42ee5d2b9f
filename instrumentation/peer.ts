import { createRequire } from 'node:module'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { LognitorError } from '../src/errors.js'
import type { HttpConfig } from './http-config.js'

/** An OpenTelemetry instrumentation, as both lines of the SDK take it. */
export interface HttpInstrumentationLike<Config = HttpConfig> {
  readonly instrumentationName: string
  readonly instrumentationVersion: string
  enable(): void
  disable(): void
  setTracerProvider(provider: TracerProvider): void
  setMeterProvider(provider: MeterProvider): void
  setLoggerProvider(provider: unknown): void
  setConfig(config?: Config): void
  getConfig(): Config
}

/** What `init()` gives, as far as we look into it. */
export interface ModuleDefinition {
  patch?: ((moduleExports: unknown, version?: string) => unknown) | undefined
}

type HttpInstrumentationClass = new (
  config?: HttpConfig,
) => HttpInstrumentationLike & { init(): ModuleDefinition[] }

const PEER = '@opentelemetry/instrumentation-http'

/** `HttpInstrumentation` of the optional peer; without it, a class that says so when it is constructed. */
export function loadHttpInstrumentation(
  load: (name: string) => unknown = createRequire(import.meta.url),
): HttpInstrumentationClass {
  try {
    const { HttpInstrumentation } = load(PEER) as { HttpInstrumentation: HttpInstrumentationClass }
    return HttpInstrumentation
  } catch (cause) {
    return class Missing {
      constructor() {
        throw new LognitorError(
          'LOGNITOR_MISSING_PEER',
          `LognitorHttpInstrumentation needs the package ${PEER}: npm install ${PEER}. ` +
            'withLognitor works without it.',
          { cause },
        )
      }
    } as unknown as HttpInstrumentationClass
  }
}
