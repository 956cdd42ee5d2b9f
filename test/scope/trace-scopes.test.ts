import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { Scope } from '../../src/scope/scope.js'
import { TraceScopes } from '../../src/scope/trace-scopes.js'

function requestScope(): Scope {
  return new Scope(new Scope(), { requestId: 'r', requestIdIsOurs: true, request: {} })
}

test('a late record finds its request by trace, whatever its span', () => {
  const traces = new TraceScopes()
  const scope = requestScope()
  traces.bind('t1', 's1', scope)
  expect([traces.find('t1', 's1'), traces.find('t1', 'other'), traces.find('t1')]).toEqual([
    scope,
    scope,
    scope,
  ])
  expect(traces.find('t2', 's1')).toBeUndefined()
})

test('where two requests share a trace, only a known span identifies the request', () => {
  const traces = new TraceScopes()
  const [one, two] = [requestScope(), requestScope()]
  traces.bind('t', 's1', one)
  traces.bind('t', 's2', two)
  expect(traces.find('t', 's1')).toBe(one)
  expect(traces.find('t', 's2')).toBe(two)
  expect(traces.find('t', 's3')).toBeUndefined()
  one.answer(200, 1)
  expect(traces.find('t', 's3')).toBeUndefined()
})

test('several spans of one request do not make its trace a shared one', () => {
  const traces = new TraceScopes()
  const scope = requestScope()
  const part = new Scope(scope)
  traces.bind('t', 's1', scope)
  traces.bind('t', 's2', part)
  expect(traces.find('t', 's2')).toBe(part)
  expect(traces.find('t', 's3')).toBe(scope)
})

test('an answered request is released, and the next one in its trace is not taken for it', () => {
  const traces = new TraceScopes()
  const [one, two] = [requestScope(), requestScope()]
  traces.bind('t', 's1', one)
  traces.bind('t', 's1.1', new Scope(one))
  traces.release('t', one)
  expect(['s1', 's1.1', undefined].map((span) => traces.find('t', span))).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  traces.bind('t', 's2', two)
  expect(traces.find('t', 's2')).toBe(two)
  expect(traces.find('t', 's1.1')).toBeUndefined()
  traces.release('t', two)
  expect(traces.find('t', 's2')).toBeUndefined()
})

test('answered requests are still found with keepAnsweredScopes', () => {
  const traces = new TraceScopes()
  traces.keepsAnswered = true
  const scope = requestScope()
  traces.bind('t', 's', scope)
  scope.answer(200, 1)
  traces.release('t', scope)
  expect(traces.find('t', 'child')).toBe(scope)
})

const held = (traces: TraceScopes) =>
  Array.from({ length: 500 }, (_, n) => n).filter((n) => traces.find(`t${n}`) !== undefined)

test('traces are held up to the limit, and open requests outlast answered ones', () => {
  const traces = new TraceScopes(50)
  const open = requestScope()
  traces.bind('open', 's', open)
  for (let n = 0; n < 500; n++) {
    const scope = requestScope()
    scope.answer(200, 1)
    traces.bind(`t${n}`, 's', scope)
  }
  expect(traces.find('open')).toBe(open)
  const numbers = held(traces)
  expect(numbers.length).toBeGreaterThan(20)
  expect(numbers.length).toBeLessThan(50)
  expect(numbers).toEqual(Array.from(numbers, (_, n) => 500 - numbers.length + n))
})

test('answered requests take no room from open ones', () => {
  const traces = new TraceScopes(50)
  const open = Array.from({ length: 20 }, requestScope)
  for (const [n, scope] of open.entries()) traces.bind(`open${n}`, 's', scope)
  for (let n = 0; n < 500; n++) {
    const scope = requestScope()
    traces.bind(`t${n}`, 's', scope)
    scope.answer(200, 1)
    traces.release(`t${n}`, scope)
  }
  expect(open.map((_, n) => traces.find(`open${n}`))).toEqual(open)
  expect(held(traces)).toEqual([])
})

test('open requests alone are bounded too, and the newest are held', () => {
  const traces = new TraceScopes(50)
  for (let n = 0; n < 500; n++) traces.bind(`t${n}`, 's', requestScope())
  const numbers = held(traces)
  expect(numbers.length).toBeLessThanOrEqual(50)
  expect(numbers.slice(-12)).toEqual(Array.from({ length: 12 }, (_, n) => 488 + n))
})

test('held spans of one trace are bounded, and the newest and the first stay', () => {
  const traces = new TraceScopes()
  const [one, two] = [requestScope(), requestScope()]
  traces.bind('t', 'first', one)
  for (let n = 0; n < 1000; n++) traces.bind('t', `s${n}`, two)
  expect(traces.find('t', 'first')).toBe(one)
  expect(traces.find('t', 's0')).toBeUndefined()
  expect(traces.find('t', 's999')).toBe(two)
})

test('answered requests are kept within a bound of bytes, the newest first', () => {
  const traces = new TraceScopes(100, 1_000_000)
  traces.keepsAnswered = true
  for (let n = 0; n < 10; n++) {
    const scope = requestScope()
    scope.setContext({ cart: 'x'.repeat(100_000) })
    traces.bind(`t${n}`, 's', scope)
    scope.answer(200, 1)
    traces.release(`t${n}`, scope)
  }
  const kept = Array.from({ length: 10 }, (_, n) => traces.find(`t${n}`, 's') !== undefined)
  expect(kept).toEqual([...Array(6).fill(false), ...Array(4).fill(true)])
})

test('the next request of a trace is not taken for the first one, however many other traces came between', () => {
  const traces = new TraceScopes()
  const answer = (trace: string) => {
    const scope = requestScope()
    traces.bind(trace, 's1', scope)
    traces.release(trace, scope)
  }
  const names = Array.from({ length: 1000 }, (_, n) => createHash('md5').update(`${n}`).digest('hex'))
  for (const name of names) answer(name)
  for (const name of names) traces.bind(name, 's2', requestScope())
  expect(names.filter((name) => traces.find(name, 's1.1') !== undefined)).toEqual([])
})

test('a request in a trace that is no longer held is not taken for the one before it', () => {
  const traces = new TraceScopes(50)
  traces.keepsAnswered = true
  const [one, two] = [requestScope(), requestScope()]
  traces.bind('t', 's1', one)
  traces.bind('t', 's2', two)
  for (let n = 0; n < 100; n++) traces.bind(`t${n}`, 's', requestScope())
  const three = requestScope()
  traces.bind('t', 's3', three)
  expect(['s1', 's2', 's3'].map((span) => traces.find('t', span))).toEqual([undefined, undefined, three])
})
