import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { modulesOf } from '../support/project.js'
import { start } from '../support/run.js'
import { createConsumer, type Line } from './consumer.js'

const MODULES = modulesOf('otel-2')

const SOURCE = `
import type { IncomingMessage } from 'node:http'
import { HttpInstrumentation, type HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { LognitorHttpInstrumentation, withLognitor } from '@lognitor/opentelemetry/instrumentation'

const ours = new LognitorHttpInstrumentation({
  apiKey: 'key',
  ignoreRoutes: ['/health', /x/],
  captureUser: (request) => request.headers.from,
  requestHook(span, request) {
    span.setAttribute('known', request.listenerCount('close'))
  },
})
new NodeSDK({ instrumentations: [ours, [ours]] })
ours.setConfig({ ...ours.getConfig(), responseHook: (span, response) => span.setAttribute('x', 'writableEnded' in response) })

interface Account { id: string; email: string }
interface FrameworkRequest extends IncomingMessage { user: Account; session: object }
for (const captureUser of [
  (request: FrameworkRequest) => request.user,
  (request: IncomingMessage & { user?: Account }) => request.user?.id,
])
  new LognitorHttpInstrumentation({ captureUser })
new LognitorHttpInstrumentation({ captureUser: (request) => request.user })
withLognitor({}, { captureUser: (request) => ({ id: request.user?.id }) })

const config: HttpInstrumentationConfig = withLognitor(
  { requestHook: (span, request) => request.once('close', () => span.end()), enabled: true },
  { trustProxy: true },
)
declare const input: HttpInstrumentationConfig
for (const one of [config, withLognitor(), withLognitor({}), withLognitor(input)]) new HttpInstrumentation(one)
// @ts-expect-error
new LognitorHttpInstrumentation({ ignoreRoutes: '/health' })
// @ts-expect-error
withLognitor({}, { ignoreRoute: ['/health'] })
`

for (const line of ['otel-2', 'otel-3'] as Line[]) {
  test(`${line}: the declarations hold for a strict project in both module forms`, async () => {
    const consumer = createConsumer(line)
    try {
      for (const name of ['@types/node', 'undici-types']) {
        const link = join(consumer.folder, 'node_modules', name)
        mkdirSync(dirname(link), { recursive: true })
        symlinkSync(join(MODULES, name), link)
      }
      const files = ['consumer.mts', 'consumer.cts']
      for (const file of files) writeFileSync(join(consumer.folder, file), SOURCE)
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        module: 'nodenext',
        target: 'es2022',
        types: ['node'],
        noEmit: true,
      }
      writeFileSync(join(consumer.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
      expect(await compile(consumer.folder)).toBe('')
    } finally {
      consumer.remove()
    }
  })
}

/** The output of the compiler. */
async function compile(folder: string): Promise<string> {
  const run = start([join(MODULES, 'typescript/bin/tsc'), '-p', folder])
  await run.ended
  return run.stdout()
}
