import { createServer, get } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  expressErrorHandler,
  hapiPlugin,
  koaMiddleware,
  nestExceptionFilter,
} from '../../instrumentation/index.js'
import { RequestRecorder } from '../../instrumentation/request-recorder.js'
import { LognitorClient } from '../../src/index.js'
import { pipelineOf } from '../../src/pipeline/registry.js'
import { MemoryTransport } from '../../src/testing/index.js'
import { type Served, serve } from '../instrumentation/support.js'
import { until } from '../support/until.js'

let transport: MemoryTransport
let client: LognitorClient
let served: Served | undefined
let recorder: RequestRecorder | undefined

beforeEach(() => {
  transport = new MemoryTransport()
  client = new LognitorClient({ transport, captureUncaught: false, flushOnExit: false })
  served = undefined
})

afterEach(async () => {
  recorder?.close()
  await served?.close()
  await client.shutdown()
})

function openDoor(): void {
  recorder = new RequestRecorder({ pipeline: pipelineOf(client), end: async () => true }, {})
  recorder.open()
}

async function captured(): Promise<string[]> {
  await client.flush()
  return transport.logs.map(({ message }) => message)
}

/** Calls Express's handler as Express would, outside of any request, and gives what came to `next`. */
function handle(error: unknown, options = {}): unknown {
  let passedOn: unknown
  const next = (given: unknown) => {
    passedOn = given
  }
  expressErrorHandler({ client, ...options })(error, {} as never, {}, next)
  return passedOn
}

test('anything that can be thrown is captured and passed on', async () => {
  const thrown = [new Error('an error'), 'a string', null, 7, Object.freeze({ message: 'frozen' })]
  for (const error of thrown) expect(handle(error)).toBe(error)
  expect(await captured()).toEqual(['an error', 'a string', 'Unknown error', '7', 'frozen'])
})

test('an error that asks for a 4xx is none of ours, however it asks', async () => {
  handle(Object.assign(new Error('express'), { status: 404 }))
  handle(Object.assign(new Error('fastify'), { statusCode: 400 }))
  handle(Object.assign(new Error('hapi'), { output: { statusCode: 403 } }))
  handle(Object.assign(new Error('nest'), { getStatus: () => 422 }))
  handle(Object.assign(new Error('unavailable'), { status: 503 }))
  handle(Object.assign(new Error('not a status'), { status: 'open' }))
  handle(
    Object.assign(new Error('throws'), {
      getStatus: () => {
        throw new Error('no')
      },
    }),
  )
  expect(await captured()).toEqual(['unavailable', 'not a status', 'throws'])
})

test('shouldCapture decides in place of the status, and one that throws costs the log only', async () => {
  const teapot = Object.assign(new Error('teapot'), { status: 418 })
  handle(teapot, { shouldCapture: (error: unknown) => error === teapot })
  handle(new Error('other'), { shouldCapture: (error: unknown) => error === teapot })
  const failing = () => {
    throw new Error('mine')
  }
  const error = new Error('uncounted')
  expect(handle(error, { shouldCapture: failing })).toBe(error)
  expect(await captured()).toEqual(['teapot'])
  expect(client.stats()).toMatchObject({ written: 2, accepted: 1, dropped: { hook_error: 1 } })
})

test('an error caught and thrown again, caught by hand too, is one log, and what the hand attached wins', async () => {
  const error = new Error('once')
  client.captureException(error, { tags: ['by-hand'] })
  handle(error)
  handle(error)
  await client.flush()
  expect(transport.logs).toMatchObject([{ message: 'once', tags: ['by-hand'] }])
})

test('what is answered below 500 in the end is counted as handled', async () => {
  openDoor()
  const handler = expressErrorHandler({ client })
  served = await serve((request, response) => {
    handler(new Error(String(request.url)), request, response, () => {
      response.statusCode = request.url === '/handled' ? 409 : 502
      response.end()
    })
  })
  for (const path of ['/handled', '/unhandled']) await (await fetch(served.url + path)).text()
  await until(() => client.stats().requestsWritten === 2, 'both rows are written')
  expect(await captured()).toEqual(['/unhandled'])
  expect(transport.logs[0]?.request).toMatchObject({ path: '/unhandled', status_code: 502 })
  expect(client.stats().dropped).toMatchObject({ handled_exception: 1 })
})

test('an error whose request is never answered leaves with the client', async () => {
  openDoor()
  const handler = expressErrorHandler({ client })
  const server = createServer()
  const caught = new Promise<void>((resolve) => {
    server.on('request', (request, response) =>
      handler(new Error('hanging'), request, response, () => resolve()),
    )
  })
  served = await serve(() => {}, server)
  const asked = get(served.url).on('error', () => {})
  await caught
  expect(await captured()).toEqual([])
  expect(await client.shutdown()).toBe(true)
  expect(transport.logs).toMatchObject([{ message: 'hanging', request: { path: '/' } }])
  asked.destroy()
})

test('Koa’s middleware gives the next one’s result, and throws what it threw', async () => {
  const middleware = koaMiddleware({ client })
  const context = { req: {} as never, state: {} }
  expect(await middleware(context, async () => 'result')).toBe('result')
  const error = new Error('koa')
  await expect(middleware(context, () => Promise.reject(error))).rejects.toBe(error)
  expect(await captured()).toEqual(['koa'])
})

test('Nest’s filter stays the filter it was, private parts included', async () => {
  class Answering {
    #answers: unknown[] = []
    catch(exception: unknown) {
      this.#answers.push(exception)
      return this.#answers.length
    }
  }
  const filter = nestExceptionFilter(new Answering(), { client })
  expect(filter).toBeInstanceOf(Answering)
  expect(filter.constructor).toBe(Answering)
  expect(filter.catch(new Error('nest'))).toBe(1)
  expect(filter.catch('no host at all')).toBe(2)
  expect(await captured()).toEqual(['nest', 'no host at all'])
})

test('hapi’s plugin takes what has failed, and no plain answer', async () => {
  const extensions = new Map<string, (request: object, h: object) => unknown>()
  hapiPlugin({ client }).register({ ext: (point, method) => extensions.set(point, method) })
  const request = { raw: { req: {} }, route: { method: 'get', path: '/' }, auth: {} }
  const h = { continue: Symbol('continue') }
  const respond = extensions.get('onPreResponse')
  expect(respond?.({ ...request, response: { source: 'fine' } }, h)).toBe(h.continue)
  expect(respond?.({ ...request, response: Object.assign(new Error('hapi'), { isBoom: true }) }, h)).toBe(
    h.continue,
  )
  expect(await captured()).toEqual(['hapi'])
})

test('what fails after the answer, or breaks it off, was not seen to by it', async () => {
  openDoor()
  const capture = expressErrorHandler({ client })
  served = await serve((request, response) => {
    const fail = (message: string) => capture(new Error(message), request, response, () => {})
    if (request.url === '/broken') {
      response.write('part')
      fail('in the middle')
      response.destroy()
    } else if (request.url === '/at-once') {
      response.end()
      fail('right after the answer')
    } else if (request.url === '/late') {
      response.on('close', () => setTimeout(fail, 20, 'after the answer'))
      response.end()
    } else {
      fail('answered')
      response.statusCode = 404
      response.end()
    }
  })
  for (const path of ['/broken', '/at-once', '/late', '/handled']) {
    await fetch(served.url + path)
      .then(
        (answer) => answer.text(),
        () => {},
      )
      .catch(() => {})
  }
  await until(() => client.stats().written === 4, 'all four are decided')
  expect((await captured()).sort()).toEqual(['after the answer', 'in the middle', 'right after the answer'])
  expect(client.stats().dropped).toEqual({ handled_exception: 1 })
})
