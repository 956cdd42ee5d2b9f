import { shared } from '../common/shared.js'
import type { Scope } from '../scope/scope.js'

/** For each thrown object, the last request in which it was recorded before the answer began. */
const before = shared('recorded-before-answer', () => new WeakMap<object, Scope>())

/**
 * Whether a failure that is being recorded came after the answer of its request had begun. A failure that was recorded
 * before, and is now passed on by the error handler that has answered it, did not.
 */
export function isAfterAnswer(thrown: unknown, { requestScope }: Scope): boolean {
  if (requestScope === undefined) return false
  const key = typeof thrown === 'object' && thrown !== null ? thrown : undefined
  if (requestScope.answering !== undefined) return key === undefined || before.get(key) !== requestScope
  if (key !== undefined) before.set(key, requestScope)
  return false
}
