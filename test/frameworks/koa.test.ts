import { packagesOf, testShop, withoutOpenTelemetry, ZERO_CODE } from './shop.js'

const packages = packagesOf('koa')

testShop('the Koa example', {
  code: 'examples/koa',
  packages,
  start: ['--import', './telemetry.mjs', 'app.mjs'],
})

testShop('Koa with zero code', {
  code: 'examples/koa',
  packages,
  start: [...ZERO_CODE.start, 'app.mjs'],
  env: ZERO_CODE.env,
})

testShop('Koa with nothing but our middleware', {
  code: 'test/frameworks/alone',
  packages: withoutOpenTelemetry(packages),
  start: [...ZERO_CODE.start, 'koa.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
  withoutTraces: true,
})

testShop('Koa with our middleware beside the instrumentation', {
  code: 'test/frameworks/alone',
  packages,
  start: [...ZERO_CODE.start, 'koa.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
})
