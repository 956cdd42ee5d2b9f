import { expect, test } from 'vitest'
import {
  HTTP,
  inbox,
  LINE_3,
  messages,
  PINO,
  REGISTER,
  runApp,
  SDK,
  startServicesForEachTest,
} from '../register/app.js'

startServicesForEachTest()

/** An export that is set later, as applications and libraries export their logger. */
const LATE = `
export { logger, setUp }
var logger
function setUp() { logger = { info: console.log } }
`
const FILES = {
  'logger.mjs': LATE,
  'node_modules/a-library/package.json': '{ "name": "a-library", "exports": "./logger.mjs" }',
  'node_modules/a-library/logger.mjs': LATE,
  'app.mjs': `
import pino from 'pino'
import * as library from 'a-library'
import { logger, setUp } from './logger.mjs'
setUp()
library.setUp()
logger.info('own ' + typeof logger)
logger.info('library ' + typeof library.logger)
pino({}, { write() {} }).info('by pino')
`,
}

/** Sets pino up after the configuration, when the loader hook is in place already. */
const TELEMETRY = `
import { sdkConfig } from '@lognitor/opentelemetry/sdk'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { NodeSDK } from '@opentelemetry/sdk-node'
new NodeSDK(sdkConfig({}, {})).start()
registerInstrumentations({ instrumentations: [new PinoInstrumentation()] })
`

/** The same as a CommonJS preload, which Node also loads into its thread for loader hooks. */
const REQUIRED = `
const { sdkConfig } = require('@lognitor/opentelemetry/sdk')
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
const { NodeSDK } = require('@opentelemetry/sdk-node')
new NodeSDK(sdkConfig({}, { instrumentations: [new PinoInstrumentation()] })).start()
`

const PACKAGES = [...SDK, HTTP, PINO, 'pino']

for (const [line, on] of [
  ['OpenTelemetry 2 on Node 20', {}],
  ['OpenTelemetry 3 on Node 24', LINE_3],
] as const) {
  test(`an ES module's exports that are set later are seen by those who import them: ${line}`, async () => {
    const start = [...REGISTER, 'app.mjs']
    const { code, stdout } = await runApp(PACKAGES, {}, FILES, start, on)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'own object\nlibrary object\n' })
    expect(messages()).toEqual(['by pino'])
  })

  test(`so they are with sdkConfig, where an instrumentation is added after it: ${line}`, async () => {
    const start = ['--import', './telemetry.mjs', 'app.mjs']
    const files = { ...FILES, 'telemetry.mjs': TELEMETRY }
    const { code, stdout } = await runApp(PACKAGES, {}, files, start, on)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'own object\nlibrary object\n' })
    expect(messages()).toEqual(['by pino'])
    expect(inbox.logs()[0]?.service).toBeDefined()
  })

  test(`sdkConfig in a CommonJS preload instruments ES modules, and Node says nothing: ${line}`, async () => {
    const start = ['--require', './telemetry.cjs', 'app.mjs']
    const files = { ...FILES, 'telemetry.cjs': REQUIRED }
    const { code, stdout, stderr } = await runApp(PACKAGES, {}, files, start, on)
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'own object\nlibrary object\n', stderr: '' })
    expect(messages()).toEqual(['by pino'])
  })
}
