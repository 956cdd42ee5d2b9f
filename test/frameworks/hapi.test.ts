import { packagesOf, testShop, withoutOpenTelemetry, ZERO_CODE } from './shop.js'

const packages = packagesOf('hapi')

testShop('the hapi example', {
  code: 'examples/hapi',
  packages,
  parameter: '{id}',
  start: ['--import', './telemetry.mjs', 'app.mjs'],
})

testShop('hapi with zero code', {
  code: 'examples/hapi',
  packages,
  parameter: '{id}',
  start: [...ZERO_CODE.start, 'app.mjs'],
  env: ZERO_CODE.env,
})

testShop('hapi with nothing but our plugin', {
  code: 'test/frameworks/alone',
  packages: withoutOpenTelemetry(packages),
  parameter: '{id}',
  start: [...ZERO_CODE.start, 'hapi.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
  withoutTraces: true,
})

testShop('hapi with our plugin beside the instrumentation', {
  code: 'test/frameworks/alone',
  packages,
  parameter: '{id}',
  start: [...ZERO_CODE.start, 'hapi.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
})
