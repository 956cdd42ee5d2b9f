import { expect, test } from 'vitest'
import { expressErrorHandler } from '../../instrumentation/frameworks/express.js'
import { LognitorHttpInstrumentation } from '../../instrumentation/http-instrumentation.js'
import { withLognitor } from '../../instrumentation/with-lognitor.js'
import { LognitorClient } from '../../src/client/client.js'
import { wrapHandler } from '../../src/client/serverless/wrap-handler.js'
import { type Options, resolveOptions } from '../../src/config/options.js'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { pipelineOf } from '../../src/pipeline/registry.js'
import { inMemory, warningsDuring } from './support.js'

const any = <T>(options: object) => options as T

test.each<[string, () => unknown, string]>([
  ['init', () => new LognitorClient(any({ batchsize: 5 })), 'batchSize'],
  ['a processor', () => new LognitorSpanProcessor(any({ enviroment: 'test' })), 'environment'],
  ['reconfigure', () => inMemory().client.reconfigure(any({ min_level: 'warn' })), 'minLevel'],
  ['withLognitor', () => withLognitor({}, any({ ignoreRoute: ['/'] })), 'ignoreRoutes'],
  [
    'the HTTP instrumentation',
    () => new LognitorHttpInstrumentation(any({ captureUsers: true })),
    'captureUser',
  ],
  ['an error handler', () => expressErrorHandler(any({ shouldcapture: () => true })), 'shouldCapture'],
  ['wrapHandler', () => wrapHandler(() => 1, any({ timeout: 5 })), 'timeoutMs'],
])('a misspelt option of %s is refused, and the error names the option that was meant', (_, make, meant) => {
  expect(make).toThrow(
    expect.objectContaining({
      code: 'LOGNITOR_UNKNOWN_OPTION',
      message: expect.stringContaining(`Did you mean "${meant}"?`),
    }),
  )
})

test('an option of another HttpInstrumentation is passed to it, with one warning', async () => {
  const warnings = await warningsDuring(() => {
    for (let n = 0; n < 2; n++) {
      const instrumentation = new LognitorHttpInstrumentation(any({ somethingOfTomorrow: 1, enabled: false }))
      expect(instrumentation.getConfig()).toMatchObject({ somethingOfTomorrow: 1 })
    }
  })
  expect(warnings).toEqual([expect.stringMatching(/^LOGNITOR_UNKNOWN_HTTP_OPTION: .*"somethingOfTomorrow"/)])
})

test('an unknown environment variable is warned of once, with the variable that was meant', async () => {
  const env = { LOGNITOR_MINLEVEL: 'warn', LOGNITOR_KEY: 'secret', LOGNITOR_REDACT: 'email', OTHER: '1' }
  const warnings = await warningsDuring(() => {
    resolveOptions({}, env)
    resolveOptions({}, env)
  })
  expect(warnings).toEqual([
    'LOGNITOR_UNKNOWN_VARIABLE: The environment has LOGNITOR_MINLEVEL, which nothing reads, so it has no effect. Did you mean "LOGNITOR_MIN_LEVEL"? Correct the name, or unset it.',
    expect.stringMatching(/^LOGNITOR_UNKNOWN_VARIABLE: The environment has LOGNITOR_KEY, /),
  ])
  expect(warnings.join()).not.toContain('secret')
})

test.each([
  ['code', { flushInterval: 5 }, {}],
  ['the environment', {}, { LOGNITOR_FLUSH_INTERVAL: '5' }],
])('an interval of five milliseconds is warned of, from %s', async (_, options, env) => {
  const warnings = await warningsDuring(() => resolveOptions(options, env))
  expect(warnings).toEqual([
    expect.stringMatching(/^LOGNITOR_LIKELY_SECONDS: .*"flushInterval".*5000 would be 5 s/),
  ])
})

test('properties of a log call that are not options become metadata, with one warning', async () => {
  const { client, logs } = inMemory()
  const warnings = await warningsDuring(() => {
    client.info('placed', any({ orderId: 7, metadata: { cart: 'c', total: 1 }, total: 2 }))
    client.child({ tags: ['t'] }).error('failed', any({ order: { id: 8n }, action: 'pay' }))
    client.captureException(new Error('declined'), any({ requestID: 'r' }))
    client.error('an error in place of options', any(Object.assign(new Error('own'), { code: 'E' })))
  })
  expect(await logs()).toMatchObject([
    { message: 'placed', metadata: { orderId: 7, cart: 'c', total: 1 } },
    { message: 'failed', action: 'pay', metadata: { order: { id: 8 } } },
    { message: 'declined', metadata: { requestID: 'r' } },
    { message: 'an error in place of options' },
  ])
  expect(warnings).toEqual([expect.stringMatching(/^LOGNITOR_UNKNOWN_LOG_OPTION: .*orderId, total/)])
})

test('setting one field of an option leaves its other fields as they are', () => {
  const { client } = inMemory({ breadcrumbs: { requests: false } })
  client.reconfigure({ breadcrumbs: { logs: false } })
  expect(pipelineOf(client).settings.breadcrumbs).toEqual({ requests: false, outgoing: true, logs: false })
  const settings = (options: Options, env = {}) => resolveOptions(options, env)
  expect(
    settings({ breadcrumbs: { logs: false } }, { LOGNITOR_BREADCRUMBS: 'requests,logs' }).breadcrumbs,
  ).toEqual({
    requests: true,
    outgoing: false,
    logs: false,
  })
  const spool = any<NonNullable<Options['spool']>>({ maxBytes: 2 ** 21 })
  expect(settings({ spool }, { LOGNITOR_SPOOL_DIR: '/spool' }).spool).toEqual({
    directory: '/spool',
    maxBytes: 2 ** 21,
  })
  expect(() => settings({ breadcrumbs: any({ log: false }) })).toThrow(/got \{ log: false \}/)
})
