import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs'
import { BasicTracerProvider, type Sampler, type SpanProcessor } from '@opentelemetry/sdk-trace-base'

export { type InMemory as Watched, inMemory as openClient } from '../support/in-memory.js'

/** A real logger provider with one of our processors, which TypeScript accepts as an SDK's processor. */
export function logsThrough(
  processor: LogRecordProcessor,
  resource = resourceFromAttributes({ 'service.name': 'shop' }),
): LoggerProvider {
  return new LoggerProvider({ resource, processors: [processor] })
}

export function spansThrough(
  processor: SpanProcessor,
  sampler?: Sampler,
  resource = resourceFromAttributes({ 'service.name': 'shop' }),
): BasicTracerProvider {
  return new BasicTracerProvider({
    resource,
    spanProcessors: [processor],
    ...(sampler && { sampler }),
  })
}
