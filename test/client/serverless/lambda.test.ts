import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../../src/testing/index.js'
import { createProject, type Project } from '../../support/project.js'

let inbox: Inbox
let project: Project | undefined

beforeEach(async () => {
  inbox = await startInbox({ port: 0 })
})

afterEach(async () => {
  project?.remove()
  await inbox.close()
})

/** Runs a program that stops its process abruptly, and returns what it printed. */
async function invoke(of: Project, args: string[], env: Record<string, string> = {}): Promise<unknown> {
  const program = of.start(args, {
    env: {
      LOGNITOR_API_KEY: 'test-key',
      LOGNITOR_API_URL: inbox.apiUrl,
      LOGNITOR_FLUSH_INTERVAL: '60000',
      ...env,
    },
  })
  expect([await program.ended, program.stderr()]).toEqual(['SIGKILL', ''])
  return JSON.parse(program.stdout())
}

test('the Lambda example: 100 logs are delivered before the process stops', async () => {
  project = createProject({ code: 'examples/lambda', packages: ['@opentelemetry/api'] })
  const items = Array.from({ length: 100 }, (_, n) => `item-${n}`)
  expect(await invoke(project, ['invoke.mjs', ...items])).toEqual({
    statusCode: 201,
    body: '{"reserved":100}',
  })
  expect(inbox.logs().map((log) => log.metadata?.item)).toEqual(items)
  expect(inbox.logs().every((log) => log.request_id === 'b7a3c1' && log.user?.id === 'ada')).toBe(true)
})

test('the Lambda example: what the handler throws is delivered, and reaches the platform', async () => {
  project = createProject({ code: 'examples/lambda', packages: ['@opentelemetry/api'] })
  expect(await invoke(project, ['invoke.mjs', 'unicorn'])).toEqual({ errorType: 'RangeError' })
  expect(inbox.logs()).toMatchObject([
    { level: 'info', message: 'item reserved' },
    {
      level: 'error',
      error: { type: 'RangeError', message: 'unicorns are out of stock' },
      request: { method: 'POST', path: '/orders' },
      service: 'orders-function',
    },
  ])
})

const HANDLER = `
const { createWriteStream } = require('node:fs')
const pino = require('pino')
const log = pino(createWriteStream('/dev/null'))
exports.handler = async (event) => {
  for (const item of event.items) log.info({ item }, 'item reserved')
  if (event.items.length === 1) throw new RangeError('too little')
  return { statusCode: 201 }
}
`
const PLATFORM = `
const { handler } = require('./function.cjs')
const items = process.argv.slice(2)
const context = { awsRequestId: 'b7a3c1', functionName: 'orders', invokedFunctionArn: 'arn:aws:lambda:eu-central-1:1:function:orders', getRemainingTimeInMillis: () => 3000 }
handler({ items }, context)
  .catch((error) => ({ errorType: error.name }))
  .then((answer) => process.stdout.write(JSON.stringify(answer), () => process.kill(process.pid, 'SIGKILL')))
`

test('with zero code and the instrumentation for Lambda nothing is lost, and the handler is unchanged', async () => {
  project = createProject({
    packages: [
      '@opentelemetry/api',
      '@opentelemetry/instrumentation',
      '@opentelemetry/instrumentation-aws-lambda',
      '@opentelemetry/instrumentation-http',
      '@opentelemetry/instrumentation-pino',
      '@opentelemetry/sdk-node',
      'pino',
    ],
    files: { 'function.cjs': HANDLER, 'platform.cjs': PLATFORM },
  })
  const env = { _HANDLER: 'function.handler', LAMBDA_TASK_ROOT: project.folder }
  const start = ['--require', '@lognitor/opentelemetry/register', 'platform.cjs']
  const items = Array.from({ length: 100 }, (_, n) => `item-${n}`)
  expect(await invoke(project, [...start, ...items], env)).toEqual({ statusCode: 201 })
  expect(inbox.logs().map((log) => log.metadata?.item)).toEqual(items)
  expect(new Set(inbox.logs().map((log) => log.trace?.trace_id)).size).toBe(1)
  inbox.clear()
  expect(await invoke(project, [...start, 'one'], env)).toEqual({ errorType: 'RangeError' })
  expect(inbox.logs()).toMatchObject([{ message: 'item reserved' }, { error: { message: 'too little' } }])
})
