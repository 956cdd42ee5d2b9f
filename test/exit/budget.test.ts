import { expect, test } from 'vitest'
import { Budget } from '../../src/exit/budget.js'
import { block, closedLatch } from '../support/until.js'

test('a step that has not ended has used its time', () => {
  const budget = new Budget()
  void budget.spend(() => new Promise(() => {}))
  block(20)
  expect(budget.left(10)).toBe(0)
})

test('a step that throws has ended', () => {
  const budget = new Budget()
  expect(() =>
    budget.spend(() => {
      throw new TypeError('boom')
    }),
  ).toThrow('boom')
  const spentMs = budget.spentMs
  block(20)
  expect(budget.spentMs).toBe(spentMs)
})

test('the time of steps that run side by side counts once', async () => {
  const startMs = performance.now()
  const budget = new Budget()
  const { promise, open } = closedLatch()
  const both = [budget.spend(() => promise), budget.spend(() => promise)]
  block(20)
  budget.spend(() => block(20))
  open()
  await Promise.all(both)
  await promise
  expect(budget.spentMs).toBeGreaterThan(39)
  expect(budget.spentMs).toBeLessThanOrEqual(performance.now() - startMs)
})
