import { AsyncResource } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import {
  createRequestScope,
  currentScope,
  processScope,
  requestScope,
  runInScope,
  runUncaughtInScope,
  scopeOfThrow,
  withScope,
} from '../../src/scope/current.js'

const facts = { requestId: 'r', requestIdIsOurs: true, request: {} }

test('outside of any request or job the scope is the process scope', () => {
  expect(currentScope()).toBe(processScope())
  expect(requestScope()).toBeUndefined()
})

test('a scope applies over await and timers, and not outside', async () => {
  const scope = createRequestScope(facts)
  const seen = await runInScope(scope, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return [currentScope(), requestScope()]
  })
  expect(seen).toEqual([scope, scope])
  expect(currentScope()).toBe(processScope())
})

test('a shared callback runs in the scope of the code that triggers it, and a bound one in its own scope', () => {
  const shared = new EventEmitter()
  const seen: (string | undefined)[] = []
  const look = () => seen.push(currentScope().requestId)
  runInScope(createRequestScope({ ...facts, requestId: 'listens' }), () => {
    shared.on('change', look)
    shared.on('change', AsyncResource.bind(look))
  })
  runInScope(createRequestScope({ ...facts, requestId: 'emits' }), () => shared.emit('change'))
  expect(seen).toEqual(['emits', 'listens'])
})

test('work with a scope of its own inside a request still belongs to the request', () => {
  const request = createRequestScope(facts)
  runInScope(request, () => {
    withScope((own) => {
      expect(currentScope()).toBe(own)
      expect(requestScope()).toBe(request)
      own.setUser({ id: 'job' })
    })
    expect(currentScope().user).toBeUndefined()
  })
})

test('the scope of a throw is known right after it, and forgotten later', async () => {
  const scope = createRequestScope(facts)
  const thrown = new Error('as it was')
  let caught: unknown
  try {
    runUncaughtInScope(scope, () => {
      throw thrown
    })
  } catch (error) {
    caught = error
  }
  expect(caught).toBe(thrown)
  expect(scopeOfThrow()).toBe(scope)
  await Promise.resolve()
  expect(scopeOfThrow()).toBeUndefined()
})
