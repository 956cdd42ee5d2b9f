import { request as outgoing } from 'node:http'
import { type Span, trace } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chainRequestHook } from '../../instrumentation/hooks.js'
import { requestScope, scopeOfTrace } from '../../src/scope/current.js'
import { openRecorder, type Served, serve, type WatchedRecorder } from './support.js'

let watched: WatchedRecorder
let served: Served

beforeEach(() => {
  watched = openRecorder()
})

afterEach(async () => {
  watched.recorder.close()
  await served.close()
})

let spans = 0

function spanWith(traceId: string): Span {
  spans++
  return trace.wrapSpanContext({ traceId, spanId: spans.toString(16).padStart(16, '0'), traceFlags: 0 })
}

const TRACE = '0af7651916cd43dd8448eb211c80319c'

test('the hook gives the span to the request, after the user’s own hook', async () => {
  const order: unknown[] = []
  let found: unknown
  const span = spanWith(TRACE)
  const config = {
    requestHook(this: unknown) {
      order.push(['own', requestScope()?.trace, this === config])
    },
  }
  config.requestHook = chainRequestHook(config.requestHook) as () => void
  served = await serve((request, response) => {
    const hooked = config as { requestHook: (span: Span, request: object) => void }
    hooked.requestHook(span, request)
    order.push(['after', requestScope()?.trace])
    found = scopeOfTrace(TRACE, span.spanContext().spanId)
    response.end()
  })
  await fetch(served.url)
  await watched.waitForEntries(1)
  const { spanId } = span.spanContext()
  expect(order).toEqual([
    ['own', undefined, true],
    ['after', { trace_id: TRACE, span_id: spanId }],
  ])
  expect(found).toBe(watched.scopes[0])
  expect(scopeOfTrace(TRACE, spanId)).toBeUndefined()
})

test('a user’s hook that throws disturbs neither our hook nor the request', async () => {
  const hook = chainRequestHook(() => {
    throw new Error('own')
  })
  const caught: unknown[] = []
  served = await serve((request, response) => {
    try {
      hook(spanWith(TRACE), request)
    } catch (error) {
      caught.push((error as Error).message)
    }
    response.end()
  })
  await fetch(served.url)
  await watched.waitForEntries(1)
  expect(caught).toEqual(['own'])
  expect(watched.scopes[0]?.trace?.trace_id).toBe(TRACE)
})

test('a hook that was read back and chained again calls the user’s hook once', async () => {
  let calls = 0
  const once = chainRequestHook(() => calls++)
  const twice = chainRequestHook(once)
  expect(chainRequestHook(chainRequestHook(undefined))).toBe(chainRequestHook(undefined))
  served = await serve((request, response) => {
    twice(spanWith(TRACE), request)
    response.end()
  })
  await fetch(served.url)
  await watched.waitForEntries(1)
  expect(calls).toBe(1)
})

test('an invalid span, where no SDK is registered, binds nothing', async () => {
  served = await serve((request, response) => {
    chainRequestHook(undefined)(spanWith('0'.repeat(32)), request)
    response.end()
  })
  await fetch(served.url)
  await watched.waitForEntries(1)
  expect(watched.scopes[0]?.trace).toBeUndefined()
})

test('outgoing requests pass the hook without effect', async () => {
  served = await serve((_request, response) => response.end())
  const client = outgoing(served.url)
  chainRequestHook(undefined)(spanWith(TRACE), client)
  client.end()
  await watched.waitForEntries(1)
  expect(watched.scopes[0]?.trace).toBeUndefined()
})
