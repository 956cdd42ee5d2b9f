import { trace } from '@opentelemetry/api'

class CheckoutError extends Error {
  name = 'CheckoutError'
}

trace.getTracer('job').startActiveSpan('nightly', (span) => {
  console.debug('cache warmed', { entries: 3 })
  console.info('order placed', { orderId: 7, paid: { total: 12.5 } })
  console.warn('mail is slow')
  console.error('payment failed:', new CheckoutError('card declined', { cause: new Error('no funds') }))
  console.error(new RangeError('out of stock'))
  console.error('giving up')
  span.end()
})
