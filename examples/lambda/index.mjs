// A function for AWS Lambda, behind API Gateway.
import { info, init, setUser, warn, wrapHandler } from '@lognitor/opentelemetry'

// LOGNITOR_API_KEY comes from the environment.
init({ service: 'orders-function' })

// Every log of an invocation has left before it ends: the platform freezes the process then.
export const handler = wrapHandler(async (event) => {
  setUser({ id: event.requestContext.authorizer?.lambda?.user ?? 'nobody' })
  const { items } = JSON.parse(event.body)
  for (const item of items) info('item reserved', { metadata: { item } })
  if (items.length === 0) warn('an order of nothing')
  // What is thrown is captured, delivered, and thrown on to the platform.
  if (items.includes('unicorn')) throw new RangeError('unicorns are out of stock')
  return { statusCode: 201, body: JSON.stringify({ reserved: items.length }) }
})
