// A function for AWS Lambda, behind API Gateway.
import './telemetry.ts'
import { info, setUser, wrapHandler } from '@lognitor/opentelemetry'
import { type Span, trace } from '@opentelemetry/api'

interface Event {
  readonly body: string
  readonly requestContext: { readonly authorizer?: { readonly lambda?: { readonly user?: string } } }
}

const tracer = trace.getTracer('orders')

// Every log of an invocation has left before it ends: the platform freezes the process then.
export const handler = wrapHandler(async (event: Event) => {
  setUser({ id: event.requestContext.authorizer?.lambda?.user ?? 'nobody' })
  const { items } = JSON.parse(event.body) as { items: string[] }
  const reserved = tracer.startActiveSpan('reserve', (span) => reserve(items, span))
  return { statusCode: 201, body: JSON.stringify({ reserved }) }
})

function reserve(items: readonly string[], span: Span): number {
  try {
    for (const item of items) {
      // Each log has the id of this span's trace.
      info('item reserved', { metadata: { item } })
      // What is thrown is captured once, delivered, and thrown on to the platform.
      if (item === 'unicorn') throw new RangeError('unicorns are out of stock')
    }
    return items.length
  } catch (error) {
    span.recordException(error as Error)
    throw error
  } finally {
    span.end()
  }
}
