import { context, createContextKey, type Span } from '@opentelemetry/api'

/** Metadata that instrumentation-http puts into a request's context. A framework's instrumentation adds the route. */
export interface RpcMetadata {
  readonly type: string
  readonly span?: Span
  readonly route?: string
}

// This key is created by description, which is the same in all releases of @opentelemetry/core.
const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/** The metadata of the request whose context is active. */
export function activeRpcMetadata(): RpcMetadata | undefined {
  const metadata = context.active().getValue(RPC_METADATA) as RpcMetadata | undefined
  return metadata?.type === 'http' ? metadata : undefined
}
