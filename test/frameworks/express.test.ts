import { packagesOf, testShop, withoutOpenTelemetry, ZERO_CODE } from './shop.js'

const packages = packagesOf('express')

testShop('the Express example', {
  code: 'examples/express',
  packages,
  start: ['--import', './telemetry.mjs', 'app.mjs'],
})

testShop('Express with zero code', {
  code: 'examples/express',
  packages,
  start: [...ZERO_CODE.start, 'app.mjs'],
  env: ZERO_CODE.env,
})

testShop('Express with nothing but our error handler', {
  code: 'test/frameworks/alone',
  packages: withoutOpenTelemetry(packages),
  start: [...ZERO_CODE.start, 'express.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
  withoutTraces: true,
})

testShop('Express with our error handler beside the instrumentation', {
  code: 'test/frameworks/alone',
  packages,
  start: [...ZERO_CODE.start, 'express.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
})
