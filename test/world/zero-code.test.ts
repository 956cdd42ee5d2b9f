import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { testShop, ZERO_CODE } from '../frameworks/shop.js'
import { type Line, NODE_24 } from '../support/project.js'

const REGISTER = '@lognitor/opentelemetry/register'

const SINGLE = ['http', 'express', 'pino'].map((name) => `@opentelemetry/instrumentation-${name}`)
const COMMON = ['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/instrumentation']

const lines: [string, Line, string][] = [
  ['OpenTelemetry 2 on Node 20', 'frameworks', process.execPath],
  ['OpenTelemetry 3 on Node 24', 'otel-3', NODE_24],
]

const ways: [string, string[]][] = [
  ['an ES module by --import', ['--import', REGISTER, 'app.mjs']],
  ['a CommonJS module by --require', ['--require', REGISTER, 'app.cjs']],
]
const otherWays: [string, string[]][] = [
  ['an ES module by --require', ['--require', REGISTER, 'app.mjs']],
  ['a CommonJS module by --import', ['--import', REGISTER, 'app.cjs']],
]

/** Expects no output: no warning of this package, none of Node about loader hooks, no error of OpenTelemetry. */
const silent = (stderr: string) => expect(stderr).toBe('')

for (const [line, folder, node] of lines) {
  for (const [way, start] of [...ways, ...otherWays]) {
    testShop(`${line}, single instrumentations, ${way}`, {
      line: folder,
      node,
      packages: ['express', 'pino', ...COMMON, ...SINGLE],
      code: 'examples/express',
      more: 'test/register/apps',
      start,
      env: ZERO_CODE.env,
      stderr: silent,
    })
  }
  for (const [way, start] of ways) {
    testShop(`${line}, all instrumentations, ${way}`, {
      line: folder,
      node,
      packages: ['express', 'pino', ...everything(folder)],
      code: 'examples/express',
      more: 'test/register/apps',
      start,
      env: ZERO_CODE.env,
      stderr: silent,
    })
  }
}

/** The packages of auto-instrumentations-node, laid out flat as a package manager installs them. */
function everything(line: Line): string[] {
  const folder = resolve(import.meta.dirname, '../dependencies', line, 'node_modules/@opentelemetry')
  return readdirSync(join(folder)).map((name) => `@opentelemetry/${name}`)
}
