import { packagesOf, testShop, withoutOpenTelemetry, ZERO_CODE } from './shop.js'

const packages = packagesOf('fastify')

testShop('the Fastify example', {
  code: 'examples/fastify',
  packages,
  start: ['--import', './telemetry.mjs', 'app.mjs'],
})

testShop('Fastify with zero code', {
  code: 'examples/fastify',
  packages,
  start: [...ZERO_CODE.start, 'app.mjs'],
  env: ZERO_CODE.env,
})

testShop('Fastify with nothing but our plugin', {
  code: 'test/frameworks/alone',
  packages: withoutOpenTelemetry(packages),
  start: [...ZERO_CODE.start, 'fastify.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
  withoutTraces: true,
})

testShop('Fastify with our plugin beside the instrumentation', {
  code: 'test/frameworks/alone',
  packages,
  start: [...ZERO_CODE.start, 'fastify.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
})
