import { type Expected, packagesOf, testJob, ZERO_CODE } from './job.js'

const packages = packagesOf('bunyan')
const expected: Expected[] = [
  { level: 'debug', message: 'cache warmed', metadata: { entries: 3, name: 'job' } },
  { level: 'info', message: 'order placed', metadata: { orderId: 7, paid: { total: 12.5 } } },
  { level: 'warn', message: 'mail is slow', metadata: { component: 'mailer', queue: ['a', 'b'] } },
  {
    level: 'error',
    message: 'payment failed',
    error: { type: 'CheckoutError', message: 'card declined' },
  },
  {
    level: 'error',
    message: 'reservation failed',
    metadata: { sku: 'a1' },
    error: { type: 'RangeError', message: 'out of stock' },
  },
  { level: 'fatal', message: 'giving up' },
]
const bunyan2 = packages.map((name) => (name === 'bunyan' ? (['bunyan', 'bunyan-2'] as const) : name))
const needs = ['exeunt', 'moment', 'safe-json-stringify']

testJob('the bunyan example', { code: 'examples/bunyan', packages }, expected)
testJob('bunyan with zero code', { code: 'examples/bunyan', packages, start: ZERO_CODE }, expected)
testJob('bunyan 2', { code: 'examples/bunyan', packages: [...bunyan2, ...needs] }, expected)
testJob(
  'bunyan 2 with zero code',
  { code: 'examples/bunyan', packages: [...bunyan2, ...needs], start: ZERO_CODE },
  expected,
)
