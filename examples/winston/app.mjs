import { trace } from '@opentelemetry/api'
import winston from 'winston'

const log = winston.createLogger({
  level: 'debug',
  transports: [new winston.transports.Console()],
})

class CheckoutError extends Error {
  name = 'CheckoutError'
}

trace.getTracer('job').startActiveSpan('nightly', (span) => {
  log.debug('cache warmed', { entries: 3 })
  log.info('order placed', { orderId: 7, paid: { total: 12.5 } })
  log.child({ component: 'mailer' }).warn('mail is slow', { queue: ['a', 'b'] })
  log.error('payment failed:', new CheckoutError('card declined', { cause: new Error('no funds') }))
  log.error('reservation failed', { error: new RangeError('out of stock'), sku: 'a1' })
  log.error('giving up')
  span.end()
})
