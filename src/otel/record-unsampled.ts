/** OpenTelemetry's SamplingDecision: NOT_RECORD 0, RECORD 1, RECORD_AND_SAMPLED 2. */
interface SamplingResultLike {
  decision: number
}

interface SamplerLike {
  shouldSample(...args: never[]): SamplingResultLike
  toString(): string
}

const NOT_RECORD = 0
const RECORD = 1

/**
 * Wraps the outermost sampler so that spans it drops are still recorded, though never exported as sampled. Span
 * processors then see all spans, and errors are complete at any sampling ratio. Sampled spans stay as they are.
 *
 * @example
 * new NodeSDK({ sampler: recordUnsampled(new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) })) })
 */
export function recordUnsampled<S extends SamplerLike>(sampler: S): Pick<S, 'shouldSample' | 'toString'> {
  return {
    shouldSample(...args: never[]) {
      const result = sampler.shouldSample(...args)
      return result.decision === NOT_RECORD ? { ...result, decision: RECORD } : result
    },
    toString: () => `RecordUnsampled{${sampler.toString()}}`,
  }
}
