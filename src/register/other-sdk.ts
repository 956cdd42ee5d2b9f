import { type TracerProvider, trace } from '@opentelemetry/api'
import { expectTwo } from '../../instrumentation/two-instrumentations.js'
import { warnOnce } from '../config/errors.js'
import { loggerProvider, logRecordProcessors, spanProcessors, tracerProvider } from '../otel/providers.js'
import { isOurs } from '../otel/stopped-export.js'
import type { InstrumentationLike } from './http.js'
import type { Packages } from './packages.js'

type Scope = readonly [name: string, version?: string, options?: object]
type Method = (...values: unknown[]) => unknown

interface Provider {
  getTracer?(...scope: Scope): object
  getLogger?(...scope: Scope): object
}

interface LogsApi {
  setGlobalLoggerProvider(provider: object): unknown
  disable(): void
}

export interface Ours {
  readonly spanProcessor: object
  readonly logRecordProcessor: object
}

/** Whether an SDK of OpenTelemetry has already registered a provider. */
export function isAnotherRunning(): boolean {
  return tracerProvider() !== undefined || loggerProvider() !== undefined
}

/** Adds our processors to those of the registered SDK, and warns once that there are two SDKs. */
export function joinOther({ spanProcessor, logRecordProcessor }: Ours): void {
  expectTwo()
  const spans = spanProcessors()
  const logs = logRecordProcessors()
  const misses = [...(joins(spans, spanProcessor) ? [] : ['spans'])]
  if (!joins(logs, logRecordProcessor)) misses.push('logs')
  const outcome =
    misses.length === 0
      ? 'Its exports continue, and Lognitor receives its telemetry.'
      : `Its exports continue, but Lognitor receives none of its ${misses.join(' and ')}.`
  warnOnce(
    'LOGNITOR_TWO_SDKS',
    `Another OpenTelemetry SDK runs beside zero code: a register of its own, or a NodeSDK in code. ${outcome} ` +
      'Use one of the two: start with --import @lognitor/opentelemetry/register alone (OTEL_TRACES_EXPORTER=otlp and ' +
      "OTEL_LOGS_EXPORTER=otlp keep an OTLP export), or put sdkConfig of '@lognitor/opentelemetry/sdk' into the NodeSDK.",
  )
}

function joins(list: unknown, ours: object): boolean {
  // An SDK replaces an empty list when it creates its provider, so adding to that list has no effect.
  if (!Array.isArray(list) || list.length === 0) return false
  if (!list.some(isOurs)) list.push(ours)
  return true
}

export interface YieldParts extends Ours {
  /** The instrumentations that zero code has turned on. */
  readonly instrumentations: readonly InstrumentationLike[]
  /** Packages as the SDK sees them. */
  readonly packages: Packages
  /** Called with the name of an instrumentation of ours that was turned off in favour of another instance. */
  readonly onDisabled: (name: string) => void
}

/**
 * Yields to an SDK that is started after zero code's own. OpenTelemetry keeps the provider that was registered first,
 * so that the later SDK would export nothing, and two sets of instrumentations would report each line and span twice.
 * Therefore our instrumentation is turned off when a second instance of it asks for its tracer. When another provider
 * is about to be registered, ours is removed, and our processors are added to the other one. Tracers and loggers that
 * were handed out before pass on to the new provider.
 */
export function yieldToOthers(parts: YieldParts): void {
  const own = { tracers: tracerProvider() as Provider, loggers: loggerProvider() as Provider | undefined }
  const logs = logsApi(parts.packages)
  const byName = new Map(parts.instrumentations.map((one) => [one.instrumentationName, one]))
  let isProviding = false
  let isWaiting = false

  const yieldToOther = (): void => {
    if (isWaiting) return
    isWaiting = true
    if (tracerProvider() === own.tracers) trace.disable()
    if (loggerProvider() === own.loggers) logs?.disable()
    // An SDK registers its providers in one synchronous run. An application that registers them by itself may do so one
    // after the other, with pauses between.
    queueMicrotask(() => {
      isWaiting = false
      const hasYielded = isAnotherRunning()
      if (tracerProvider() === undefined) trace.setGlobalTracerProvider(own.tracers as TracerProvider)
      if (loggerProvider() === undefined && own.loggers) logs?.setGlobalLoggerProvider(own.loggers)
      if (hasYielded) joinOther(parts)
    })
  }
  const onScope = (name: string): void => {
    const ours = isProviding ? undefined : byName.get(name)
    if (ours === undefined) return
    byName.delete(name)
    ours.disable?.()
    parts.onDisabled(name)
  }

  for (const api of traceApis(parts.packages))
    beforeSet(api, 'setGlobalTracerProvider', own.tracers, yieldToOther)
  if (logs) beforeSet(logs, 'setGlobalLoggerProvider', own.loggers, yieldToOther)
  passOn(own.tracers, 'getTracer', ['startSpan', 'startActiveSpan'], onScope, tracerProvider)
  if (own.loggers) passOn(own.loggers, 'getLogger', ['emit', 'enabled'], () => {}, loggerProvider)
  // Until now instrumentations hold proxies, which would ask for their tracers later, as a second instance does.
  isProviding = true
  for (const one of parts.instrumentations) {
    one.setTracerProvider?.(own.tracers)
    if (own.loggers) one.setLoggerProvider?.(own.loggers)
  }
  isProviding = false
}

type Setters = Record<string, (provider: unknown) => unknown>

/** The API as this package sees it, and as CommonJS does: each of its two builds has functions of its own. */
function traceApis(packages: Packages): Set<Setters> {
  return new Set([trace, packages.load('@opentelemetry/api')?.trace].filter(Boolean) as unknown as Setters[])
}

/** Calls `yieldToOther` before a provider that is not ours is registered. */
function beforeSet(api: object, setter: string, own: unknown, yieldToOther: () => void): void {
  const setters = api as Setters
  const set = setters[setter]?.bind(api)
  if (set === undefined) return
  setters[setter] = (provider) => {
    if (provider !== own) yieldToOther()
    return set(provider)
  }
}

/**
 * Makes everything that `provider[getter]` returns from now on use the provider that is registered at the time of use.
 */
function passOn(
  provider: Provider,
  getter: 'getTracer' | 'getLogger',
  methods: readonly string[],
  onScope: (name: string) => void,
  current: () => unknown,
): void {
  const get = provider[getter]?.bind(provider)
  if (get === undefined) return
  provider[getter] = (...scope: Scope) => {
    const own = get(...scope)
    onScope(scope[0])
    const target = (): object => {
      const other = current() as Provider | undefined
      return other === undefined || other === provider ? own : (other[getter]?.(...scope) ?? own)
    }
    const forwarded = methods.map((method) => [
      method,
      (...values: unknown[]) => {
        const now = target() as Record<string, Method | undefined>
        return now[method]?.(...values)
      },
    ])
    return Object.assign(Object.create(own), Object.fromEntries(forwarded))
  }
}

/** The Logs API that the SDK registers with: in `api` with OpenTelemetry 3, else `api-logs`. */
function logsApi(packages: Packages): LogsApi | undefined {
  const found = packages.load('@opentelemetry/api')?.logs ?? packages.load('@opentelemetry/api-logs')?.logs
  return found as LogsApi | undefined
}
