import type { Finding } from './findings.js'
import { findingsOf, type GivenWarning } from './warnings.js'

/** The probe's report on a program. */
export interface Report {
  readonly warnings: readonly GivenWarning[]
  readonly hasSdk: boolean
  readonly hasTracer: boolean
  /** The sampler's own description. */
  readonly sampler?: string
  readonly keepsContext: boolean
  /** Whether the application's first file is an ES module. */
  readonly isEsModule: boolean
  readonly hasLoaderHook: boolean
  /** Loaded log bridges that write to an API without a provider. */
  readonly lostBridges: readonly string[]
  /** What Lognitor has accepted from all clients of the program. */
  readonly accepted: Accepted
}

export interface Accepted {
  readonly logs: number
  readonly requests: number
}

export function findingsIn(report: Report): Finding[] {
  const { warnings, hasSdk, hasTracer, sampler, keepsContext, isEsModule, hasLoaderHook, lostBridges } =
    report
  const findings = findingsOf(warnings)
  const isExplained = findings.some(
    ({ code }) => code === 'INSTRUMENTATION_MISSING' || code === 'SDK_NOT_STARTED',
  )
  if (!hasSdk && !isExplained) {
    findings.push({
      code: 'SDK_NOT_STARTED',
      wrong: 'No OpenTelemetry SDK was started in the program.',
      costs: 'Logs of loggers and errors of spans do not arrive.',
      mend: 'node --import @lognitor/opentelemetry/register app.js, and see that OTEL_SDK_DISABLED is not set',
    })
  }
  if (hasSdk && isEsModule && !hasLoaderHook) {
    findings.push({
      code: 'LOADER_HOOK_INACTIVE',
      wrong: "The application is an ES module, and OpenTelemetry's loader hook is not registered.",
      costs: 'Loggers and frameworks that it imports are not instrumented: no logs, no trace ids, no routes.',
      mend: "Put sdkConfig of '@lognitor/opentelemetry/sdk' into the NodeSDK, which registers it, and load the set-up first: node --import ./telemetry.mjs app.mjs",
    })
  }
  if (hasTracer && !keepsContext) {
    findings.push({
      code: 'NO_CONTEXT_MANAGER',
      wrong: 'No context manager is registered with the OpenTelemetry API.',
      costs: 'Logs have no trace ids, and spans no parents.',
      mend: 'Leave contextManager out of the configuration of NodeSDK, which registers one by itself.',
    })
  }
  if (sampler !== undefined && !samplesAll(sampler)) {
    findings.push({
      code: 'SAMPLER_DROPS',
      wrong: `Spans that the sampler ${sampler} drops are not recorded.`,
      costs: 'Errors that were recorded only on such a span do not arrive.',
      mend: 'Wrap it: sampler: recordUnsampled(...) of @lognitor/opentelemetry, or use sdkConfig, which does.',
    })
  }
  for (const name of lostBridges) {
    findings.push({
      code: 'OLDER_BRIDGE',
      wrong: `${name} writes to @opentelemetry/api-logs, which OpenTelemetry 3 does not read.`,
      costs: 'None of its logs arrives.',
      mend: "Use sdkConfig of '@lognitor/opentelemetry/sdk' or zero code, which pass its lines on.",
    })
  }
  return findings
}

/** Samplers that record everything, and the default, which samples all but what a caller has sampled out. */
function samplesAll(sampler: string): boolean {
  return /^(RecordUnsampled|AlwaysOnSampler)|^ParentBased\{root=AlwaysOnSampler,/.test(sampler)
}
