import { type Expected, packagesOf, testJob, ZERO_CODE } from './job.js'

const packages = packagesOf('console')
const expected: Expected[] = [
  { level: 'debug', message: 'cache warmed { entries: 3 }' },
  { level: 'info', message: 'order placed { orderId: 7, paid: { total: 12.5 } }' },
  { level: 'warn', message: 'mail is slow' },
  {
    level: 'error',
    message: 'payment failed: CheckoutError: card declined',
    error: { type: 'CheckoutError', message: 'card declined' },
    cause: ['Error', 'no funds'],
  },
  {
    level: 'error',
    message: 'out of stock',
    error: { type: 'RangeError', message: 'out of stock' },
  },
  { level: 'error', message: 'giving up' },
]

testJob('the console example', { code: 'examples/console', packages }, expected)
testJob('console with zero code', { code: 'examples/console', packages, start: ZERO_CODE }, expected)
