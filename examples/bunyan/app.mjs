import { trace } from '@opentelemetry/api'
import bunyan from 'bunyan'

const log = bunyan.createLogger({ name: 'job', level: 'debug' })

class CheckoutError extends Error {
  name = 'CheckoutError'
}

trace.getTracer('job').startActiveSpan('nightly', (span) => {
  log.debug({ entries: 3 }, 'cache warmed')
  log.info({ orderId: 7, paid: { total: 12.5 } }, 'order placed')
  log.child({ component: 'mailer' }).warn({ queue: ['a', 'b'] }, 'mail is slow')
  log.error(new CheckoutError('card declined', { cause: new Error('no funds') }), 'payment failed')
  log.error({ err: new RangeError('out of stock'), sku: 'a1' }, 'reservation failed')
  log.fatal('giving up')
  span.end()
})
