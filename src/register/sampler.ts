import type { Environment } from '../config/options.js'
import { recordUnsampled } from '../otel/record-unsampled.js'
import type { Packages } from './packages.js'

type Sampler = Parameters<typeof recordUnsampled>[0]
type SamplerClass = new (...args: unknown[]) => Sampler
type Recording = ReturnType<typeof recordUnsampled>

/**
 * Wraps the sampler passed, or else the one that OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG name, so that errors
 * are complete at any sampling ratio. The SDK reads these variables too, but gives no access to the sampler it makes.
 * Undefined where no SDK is found; the SDK's own sampler then stays.
 */
export function recordingSampler(input: unknown, env: Environment, sdk: Packages): Recording | undefined {
  const sampler = isSampler(input) ? input : samplerFrom(env, sdk)
  if (sampler === undefined) return undefined
  return sampler.toString().startsWith('RecordUnsampled{') ? sampler : recordUnsampled(sampler)
}

function isSampler(input: unknown): input is Sampler {
  return typeof (input as Sampler | undefined)?.shouldSample === 'function'
}

function samplerFrom(env: Environment, sdk: Packages): Sampler | undefined {
  const classes = sdk.load('@opentelemetry/sdk-trace-base') ?? sdk.load('@opentelemetry/sdk-trace')
  if (classes === undefined) return undefined
  const make = (name: string, ...args: unknown[]) => new (classes[name] as SamplerClass)(...args)
  const root = (name: string): Sampler | undefined => {
    if (name === 'always_on') return make('AlwaysOnSampler')
    if (name === 'always_off') return make('AlwaysOffSampler')
    if (name === 'traceidratio') return make('TraceIdRatioBasedSampler', ratioOf(env.OTEL_TRACES_SAMPLER_ARG))
    return undefined
  }
  const name = env.OTEL_TRACES_SAMPLER?.trim().toLowerCase() ?? ''
  const parentBased = name.startsWith('parentbased_') ? root(name.slice('parentbased_'.length)) : undefined
  // The default of OpenTelemetry's specification, also used for an unknown name.
  return root(name) ?? make('ParentBasedSampler', { root: parentBased ?? make('AlwaysOnSampler') })
}

function ratioOf(text: string | undefined): number {
  const ratio = Number(text?.trim() || Number.NaN)
  return ratio >= 0 && ratio <= 1 ? ratio : 1
}
