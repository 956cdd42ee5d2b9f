import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs'
import { BasicTracerProvider, type Sampler, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { LognitorClient } from '../../src/client/client.js'
import type { Options } from '../../src/config/options.js'
import { MemoryTransport } from '../../src/testing/memory-transport.js'

export interface Watched {
  readonly client: LognitorClient
  readonly transport: MemoryTransport
}

export function openClient(options: Options = {}): Watched {
  const transport = new MemoryTransport()
  return { client: new LognitorClient({ ...options, transport }), transport }
}

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
