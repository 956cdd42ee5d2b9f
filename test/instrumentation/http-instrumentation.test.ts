import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  LognitorHttpInstrumentation,
  type LognitorHttpOptions,
  withLognitor,
} from '../../instrumentation/index.js'
import type { RequestEntry } from '../../src/wire/request-entry.js'
import { type Served, serve } from './support.js'

let served: Served
let instrumentation: LognitorHttpInstrumentation
let delivered: RequestEntry[]

beforeEach(async () => {
  delivered = []
  served = await serve((_request, response) => response.end())
})

afterEach(async () => {
  await instrumentation.shutdown()
  await served.close()
})

function create(options: LognitorHttpOptions = {}): void {
  const transport = {
    async send({ body }: { body: Uint8Array }) {
      const { requests } = JSON.parse(Buffer.from(body).toString()) as { requests: RequestEntry[] }
      delivered.push(...requests)
      return { status: 200, headers: {}, body: '{}' }
    },
  }
  const client = { apiKey: 'key', service: 'shop', transport, captureUncaught: false }
  instrumentation = new LognitorHttpInstrumentation({ ...client, ...options })
}

/** The paths of the request entries that shutdown has delivered. */
async function pathsAtEnd(): Promise<string[]> {
  await instrumentation.shutdown()
  return delivered.map((entry) => entry.path)
}

/** Requests the paths in turn. The next request of a connection begins after the server has closed the one before. */
async function ask(...paths: string[]): Promise<void> {
  for (const path of paths) {
    const done = new Promise<void>((resolve) => {
      served.server.once('request', (_request, response) => response.once('close', resolve))
    })
    await fetch(served.url + path)
    await done
  }
}

test('shutdown delivers every request entry that was written', async () => {
  create()
  await ask('/1', '/2')
  expect(await pathsAtEnd()).toEqual(['/1', '/2'])
  expect(delivered[0]).toMatchObject({ service: 'shop', status_code: 200, runtime: 'node' })
})

test('a disabled instrumentation writes no request entries', async () => {
  create()
  await ask('/1')
  instrumentation.disable()
  await ask('/2')
  instrumentation.enable()
  await ask('/3')
  expect(await pathsAtEnd()).toEqual(['/1', '/3'])
})

test('an instrumentation made with enabled: false begins with enable()', async () => {
  create({ enabled: false })
  await ask('/1')
  instrumentation.enable()
  await ask('/2')
  expect(await pathsAtEnd()).toEqual(['/2'])
})

test('setConfig replaces the options and keeps the client', async () => {
  create({ ignoreRoutes: ['/1'] })
  await ask('/1', '/2')
  instrumentation.setConfig({ ignoreRoutes: ['/2'] })
  await ask('/1', '/2')
  expect(await pathsAtEnd()).toEqual(['/2', '/1'])
})

test('a configuration that is read, changed and set again keeps its other options', async () => {
  let hooked = 0
  create({ ignoreRoutes: ['/1'], requestHook: () => void hooked++ })
  instrumentation.setConfig({ ...instrumentation.getConfig(), requireParentforIncomingSpans: false })
  expect(instrumentation.getConfig()).not.toHaveProperty('apiKey')
  instrumentation.getConfig().requestHook?.({ spanContext: () => ({}) } as never, {} as never)
  await ask('/1', '/2')
  expect(await pathsAtEnd()).toEqual(['/2'])
  expect(hooked).toBe(1)
})

test('a wrong option throws at once, in the constructor and in setConfig, and changes nothing', async () => {
  create({ ignoreRoutes: ['/1'] })
  const wrong = { ignoreRoutes: 'everything' as never }
  const badOption = expect.objectContaining({ code: 'LOGNITOR_BAD_OPTION' })
  expect(() => new LognitorHttpInstrumentation(wrong)).toThrow(badOption)
  expect(() => instrumentation.setConfig(wrong)).toThrow(badOption)
  await ask('/1', '/2')
  expect(await pathsAtEnd()).toEqual(['/2'])
})

test('withLognitor refuses unknown options, and says where those of HttpInstrumentation belong', () => {
  const misspelt = { ignoreRoute: ['/health'] } as object
  const attempt = () => withLognitor({ enabled: false }, misspelt)
  expect(attempt).toThrow(expect.objectContaining({ code: 'LOGNITOR_UNKNOWN_OPTION' }))
  expect(attempt).toThrow(/"ignoreRoute".*ignoreRoutes.*first argument/)
})
