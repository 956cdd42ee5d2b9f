import { resolve } from 'node:path'
import type { Project } from '../support/project.js'
import { packagesOf, testShop, withoutOpenTelemetry, ZERO_CODE } from './shop.js'

const TSC = resolve(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
const packages = [...packagesOf('nestjs'), '@types/node', 'undici-types']

async function compile(project: Project): Promise<void> {
  const run = project.start([TSC, '-p', '.'])
  if ((await run.ended) !== 0) throw new Error(run.stdout())
}

testShop('the NestJS example', {
  code: 'examples/nestjs',
  packages,
  prepare: compile,
  start: ['--import', './telemetry.mjs', 'dist/main.js'],
})

testShop('NestJS with zero code', {
  code: 'examples/nestjs',
  packages,
  prepare: compile,
  start: [...ZERO_CODE.start, 'dist/main.js'],
  env: ZERO_CODE.env,
})

testShop('NestJS with nothing but our filter', {
  code: 'test/frameworks/alone',
  packages: withoutOpenTelemetry(packages),
  start: [...ZERO_CODE.start, 'nestjs.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
  withoutTraces: true,
})

testShop('NestJS with our filter beside the instrumentation', {
  code: 'test/frameworks/alone',
  packages,
  start: [...ZERO_CODE.start, 'nestjs.mjs'],
  env: ZERO_CODE.env,
  withoutLogger: true,
})

const onFastify = [...packages.filter((name) => !name.includes('express')), '@nestjs/platform-fastify']

testShop('NestJS on Fastify with nothing but our filter', {
  code: 'test/frameworks/alone',
  packages: withoutOpenTelemetry(onFastify),
  start: [...ZERO_CODE.start, 'nestjs.mjs'],
  env: { ...ZERO_CODE.env, ADAPTER: 'fastify' },
  withoutLogger: true,
  withoutTraces: true,
})

testShop('NestJS on Fastify with zero code', {
  code: 'test/frameworks/alone',
  packages: [...onFastify, '@fastify/otel'],
  start: [...ZERO_CODE.start, 'nestjs.mjs'],
  env: { ...ZERO_CODE.env, ADAPTER: 'fastify' },
  withoutLogger: true,
})
