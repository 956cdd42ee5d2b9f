import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/common/clock.js'
import { createRequestScope, processScope, withScope } from '../../src/scope/current.js'
import { Scope } from '../../src/scope/scope.js'
import type { Breadcrumb } from '../../src/wire/log.js'

const request = { requestId: 'r1', requestIdIsOurs: true, request: { method: 'GET', path: '/' } }

function crumb(message: string, second = 0): Breadcrumb {
  const timestamp = `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`
  return { type: 'default', category: 'custom', message, level: 'info', timestamp }
}

const messages = (scope: Scope) => scope.breadcrumbs().map(({ message }) => message)

test('a scope inherits from its parent what it does not set itself, at the time of reading', () => {
  const parent = new Scope()
  const child = new Scope(parent)
  parent.setUser({ id: 'p' })
  parent.setTags(['p'])
  parent.setContext({ region: 'eu', tier: 1 })
  parent.setSession('s')
  expect([child.user, child.tags, child.context, child.sessionId]).toEqual([
    { id: 'p' },
    ['p'],
    { region: 'eu', tier: 1 },
    's',
  ])
  child.setUser({ id: 'c' })
  child.setTags(['c'])
  child.setContext({ tier: 2 })
  child.setSession('t')
  expect([child.user, child.tags, child.context, child.sessionId]).toEqual([
    { id: 'c' },
    ['c'],
    { region: 'eu', tier: 2 },
    't',
  ])
  expect([parent.user, parent.tags, parent.context, parent.sessionId]).toEqual([
    { id: 'p' },
    ['p'],
    { region: 'eu', tier: 1 },
    's',
  ])
})

test('a cleared user or session hides the parent’s', () => {
  const parent = new Scope()
  parent.setUser({ id: 'p' })
  parent.setSession('s')
  const child = new Scope(parent)
  child.setUser(undefined)
  child.setSession(undefined)
  expect([child.user, child.sessionId]).toEqual([undefined, undefined])
})

test('context is added key by key, and undefined empties it', () => {
  const scope = new Scope()
  scope.setContext({ a: 1, b: 1 })
  scope.setContext({ b: 2 })
  expect(scope.context).toEqual({ a: 1, b: 2 })
  scope.setContext(undefined)
  expect(scope.context).toBeUndefined()
})

test('reading the context gives a copy', () => {
  const scope = new Scope()
  scope.setContext({ a: 1 })
  Object.assign(scope.context ?? {}, { a: 2 })
  expect(scope.context).toEqual({ a: 1 })
})

test('only the newest breadcrumbs are kept, in order', () => {
  const scope = new Scope()
  scope.limitBreadcrumbs(3)
  for (let n = 0; n < 8; n++) scope.addBreadcrumb(crumb(`${n}`, n))
  expect(messages(scope)).toEqual(['5', '6', '7'])
  scope.limitBreadcrumbs(2)
  scope.addBreadcrumb(crumb('8', 8))
  expect(messages(scope)).toEqual(['7', '8'])
  scope.limitBreadcrumbs(0)
  scope.addBreadcrumb(crumb('9', 9))
  expect(messages(scope)).toEqual([])
})

test('a lazy breadcrumb is formatted once, when it is read and not before', () => {
  const scope = new Scope()
  let formatted = 0
  scope.addBreadcrumb(() => {
    formatted++
    return crumb('lazy')
  })
  expect(formatted).toBe(0)
  expect([messages(scope), messages(scope), formatted]).toEqual([['lazy'], ['lazy'], 1])
})

test('a breadcrumb whose formatting throws is left out, and the others stay', () => {
  const scope = new Scope()
  scope.addBreadcrumb(crumb('one'))
  scope.addBreadcrumb(() => {
    throw new Error('no')
  })
  scope.addBreadcrumb(() => undefined)
  scope.addBreadcrumb(crumb('two'))
  expect([messages(scope), messages(scope)]).toEqual([
    ['one', 'two'],
    ['one', 'two'],
  ])
})

test('breadcrumbs of the process are not seen in requests, and those of a request are seen in its jobs', () => {
  processScope().addBreadcrumb(crumb('process'))
  const scope = createRequestScope(request)
  scope.addBreadcrumb(crumb('request 1', 1))
  const part = new Scope(scope)
  part.addBreadcrumb(crumb('part', 2))
  scope.addBreadcrumb(crumb('request 3', 3))
  expect(messages(scope)).toEqual(['request 1', 'request 3'])
  expect(messages(part)).toEqual(['request 1', 'part', 'request 3'])
})

test('a job outside of any request has breadcrumbs of its own', () => {
  processScope().addBreadcrumb(crumb('process'))
  const trail = withScope((scope) => {
    scope.addBreadcrumb(crumb('job'))
    return messages(scope)
  })
  expect(trail).toEqual(['job'])
})

test('a hook that waits for the answer is called once, and a late hook at once', () => {
  const scope = createRequestScope(request)
  const told: unknown[] = []
  scope.onAnswered((status) => told.push(['early', status]))
  new Scope(scope).onAnswered((status) => told.push(['below', status]))
  scope.onAnswered(() => {
    throw new Error('not yours')
  })
  expect(told).toEqual([])
  scope.answer(503, 12.5)
  scope.answer(200, 1)
  scope.onAnswered((status) => told.push(['told late', status]), performance.now() - 1000)
  scope.onAnswered((status) => told.push(['after the answer', status]))
  expect(told).toEqual([
    ['early', 503],
    ['below', 503],
    ['told late', 503],
    ['after the answer', undefined],
  ])
  expect(scope.request).toEqual({ method: 'GET', path: '/', status_code: 503, duration_ms: 12.5 })
  expect([scope.answered, new Scope(scope).answered, processScope().answered]).toEqual([true, true, false])
})

test('an answer that broke off gives no status', () => {
  const scope = createRequestScope(request)
  const told: unknown[] = []
  scope.onAnswered((status) => told.push(status))
  scope.answer(200, 1, false)
  expect(told).toEqual([undefined])
  expect(scope.request).toMatchObject({ status_code: 200 })
})

test('outside of a request the answer is unknown at once', () => {
  const told: unknown[] = []
  processScope().onAnswered((status) => told.push(status))
  expect(told).toEqual([undefined])
})

test('beyond the limit of waiting hooks the oldest is called without a status', () => {
  const scope = createRequestScope(request)
  const told: unknown[] = []
  for (let n = 0; n < 130; n++) scope.onAnswered((status) => told.push([n, status]))
  expect(told).toEqual([
    [0, undefined],
    [1, undefined],
  ])
})

test('a snapshot keeps the values that the scope had', () => {
  const scope = createRequestScope(request)
  processScope().setTags(['then'])
  scope.setUser({ id: 'then' })
  scope.setContext({ at: 'then' })
  scope.setTrace({ trace_id: 't', span_id: 's' })
  scope.addBreadcrumb(crumb('then'))
  const copy = scope.snapshot()
  scope.setUser({ id: 'now' })
  scope.setContext({ at: 'now' })
  scope.addBreadcrumb(crumb('now'))
  processScope().setTags(['now'])
  expect(copy).toMatchObject({
    user: { id: 'then' },
    context: { at: 'then' },
    tags: ['then'],
    requestId: 'r1',
    requestIdIsOurs: true,
    request: { method: 'GET', path: '/' },
    trace: { trace_id: 't', span_id: 's' },
  })
  expect(messages(copy)).toEqual(['then'])
  const told: unknown[] = []
  copy.onAnswered((status) => told.push(status))
  scope.answer(201, 1)
  expect([told, copy.answered]).toEqual([[201], true])
  processScope().setTags(undefined)
})

test('breadcrumbs are bounded in bytes too, and the newest stay', () => {
  const scope = new Scope()
  const crumb = (n: number) => ({
    type: 'default',
    category: 'custom',
    message: `${n}`,
    level: 'info' as const,
    timestamp: '2026-11-28T00:00:00.000Z',
    data: { body: 'x'.repeat(100_000) },
  })
  for (let n = 0; n < 100; n++) scope.addBreadcrumb(crumb(n))
  expect(scope.breadcrumbs().map(({ message }) => message)).toEqual(['98', '99'])
})

test('a timer of the clock runs outside of the async context of the code that set it', async () => {
  const store = new AsyncLocalStorage<string>()
  const seen = await store.run('first request', () => {
    return new Promise((resolve) => systemClock.setTimer(() => resolve(store.getStore()), 0))
  })
  expect(seen).toBeUndefined()
})
