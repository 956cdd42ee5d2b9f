import { type Expected, packagesOf, testJob, ZERO_CODE } from './job.js'

const packages = packagesOf('winston')
const expected: Expected[] = [
  { level: 'debug', message: 'cache warmed', metadata: { entries: 3 } },
  { level: 'info', message: 'order placed', metadata: { orderId: 7, paid: { total: 12.5 } } },
  { level: 'warn', message: 'mail is slow', metadata: { component: 'mailer', queue: ['a', 'b'] } },
  {
    level: 'error',
    message: 'payment failed: card declined',
    error: { type: 'CheckoutError', message: 'card declined' },
    cause: ['Error', 'no funds'],
  },
  {
    level: 'error',
    message: 'reservation failed',
    metadata: { sku: 'a1' },
    error: { type: 'RangeError', message: 'out of stock' },
  },
  { level: 'error', message: 'giving up' },
]

testJob('the winston example', { code: 'examples/winston', packages }, expected)
testJob('winston with zero code', { code: 'examples/winston', packages, start: ZERO_CODE }, expected)
