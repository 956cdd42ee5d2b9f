import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { warnOnce } from '../src/config/errors.js'
import type { HttpConfig } from './http-config.js'
import peer from './peers/http.cjs'

/** An OpenTelemetry instrumentation, in a shape that both lines of the SDK accept. */
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

/** What `init()` returns, reduced to the fields read here. */
export interface ModuleDefinition {
  patch?: ((moduleExports: unknown, version?: string) => unknown) | undefined
}

type HttpInstrumentationClass = new (
  config?: HttpConfig,
) => HttpInstrumentationLike & { init(): ModuleDefinition[] }

const PEER = '@opentelemetry/instrumentation-http'

/** Stands in for an `HttpInstrumentation` that cannot be loaded. It makes no spans, and warns once. */
class WithoutPeer implements HttpInstrumentationLike {
  readonly instrumentationName = PEER
  readonly instrumentationVersion = ''
  #config: HttpConfig = {}

  constructor(config: HttpConfig = {}) {
    warnOnce('LOGNITOR_MISSING_PEER', reason(peer.error), PEER)
    this.setConfig(config)
  }

  enable(): void {}
  disable(): void {}
  setTracerProvider(): void {}
  setMeterProvider(): void {}
  setLoggerProvider(): void {}

  setConfig(config: HttpConfig = {}): void {
    this.#config = { enabled: true, ...config }
  }

  getConfig(): HttpConfig {
    return this.#config
  }

  init(): ModuleDefinition[] {
    return []
  }
}

function reason(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const needs = `LognitorHttpInstrumentation needs the package ${PEER}`
  const isMissing = code === 'MODULE_NOT_FOUND' && String(message).includes(PEER)
  const meanwhile = 'until then requests have request entries but no spans'
  return isMissing || error === undefined
    ? `${needs}, and ${meanwhile}. To have both: npm install ${PEER}`
    : `${needs}, which could not be loaded (${String(message)}), and ${meanwhile}. See docs/bundlers.md.`
}

/** Whether the optional peer is installed. */
export const hasPeer = peer.HttpInstrumentation !== undefined

/** `HttpInstrumentation` of the optional peer, or its stand-in. */
export const HttpInstrumentation = (peer.HttpInstrumentation ?? WithoutPeer) as HttpInstrumentationClass
