import { currentScope, withScope as runWithScope } from '../scope/current.js'
import { fields, text, texts } from './input.js'
import type { BreadcrumbOptions, LogOptions, UserOptions } from './log-options.js'
import { toBreadcrumb, toUser } from './log-parts.js'

/** Leaves a trail for the next error of this request, or of the process outside of any. */
export function addBreadcrumb(breadcrumb: BreadcrumbOptions): void {
  const crumb = toBreadcrumb(breadcrumb, new Date().toISOString())
  if (crumb !== undefined) currentScope().addBreadcrumb(crumb)
}

/** Whose doing it is: of the current request when there is one, else of the process. */
export function setUser(user: UserOptions): void {
  currentScope().setUser(toUser(user))
}

/** No user from here on, in the current request or, outside of any, the process. */
export function clearUser(): void {
  currentScope().setUser(undefined)
}

/** Metadata of every log of the current request or the process, added key by key; no argument empties it. */
export function setContext(context?: Record<string, unknown>): void {
  currentScope().setContext(fields(context))
}

/** Tags of every log of the current request or the process, in place of those before. */
export function setTags(tags?: NonNullable<LogOptions['tags']>): void {
  currentScope().setTags(texts(tags))
}

/** The session that the logs of the current request or the process belong to; no argument ends it. */
export function setSession(id?: string): void {
  currentScope().setSession(text(id))
}

/** Runs the function in a scope of its own: work that is no request (a job, a message of a queue). */
export function withScope<T>(fn: () => T): T {
  return runWithScope(() => fn())
}
