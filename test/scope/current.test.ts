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

test('outside of everything the scope is the process’s', () => {
  expect(currentScope()).toBe(processScope())
  expect(requestScope()).toBeUndefined()
})

test('a scope holds over await and timers, and is gone outside', async () => {
  const scope = createRequestScope(facts)
  const seen = await runInScope(scope, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return [currentScope(), requestScope()]
  })
  expect(seen).toEqual([scope, scope])
  expect(currentScope()).toBe(processScope())
})

test('what requests share runs in the scope of who makes it run, and bound in its own', () => {
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

test('the place of a throw is known right after it, and forgotten then', async () => {
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
