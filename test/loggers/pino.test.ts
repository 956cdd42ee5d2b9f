import { type Expected, packagesOf, testJob, ZERO_CODE } from './job.js'

const packages = packagesOf('pino')
const expected: Expected[] = [
  { level: 'debug', message: 'cache warmed', metadata: { entries: 3 } },
  { level: 'info', message: 'order placed', metadata: { orderId: 7, paid: { total: 12.5 } } },
  { level: 'warn', message: 'mail is slow', metadata: { component: 'mailer', queue: ['a', 'b'] } },
  {
    level: 'error',
    message: 'payment failed',
    error: { type: 'CheckoutError', message: 'card declined' },
    cause: ['Error', 'no funds'],
  },
  {
    level: 'error',
    message: 'reservation failed',
    metadata: { sku: 'a1' },
    error: { type: 'RangeError', message: 'out of stock' },
  },
  { level: 'fatal', message: 'giving up' },
]

testJob('the pino example', { code: 'examples/pino', packages }, expected)
testJob('pino with zero code', { code: 'examples/pino', packages, start: ZERO_CODE }, expected)
